#include "gradclinic/tensor/statistics_pass.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

// Highway 1.0.3 leaves AVX3_DL out of its targets, and then refuses to compile, where -march=native already implies it.
#define HWY_WANT_AVX3_DL
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "gradclinic/tensor/statistics_pass.cpp"
#include "hwy/foreach_target.h"  // compiles what follows once per instruction set
// After foreach_target.h.
#include "hwy/cache_control.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace gradclinic::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using Tag = hn::ScalableTag<float>;
using Vector = hn::Vec<Tag>;
using BitsTag = hn::RebindToUnsigned<Tag>;
using Bits = hn::Vec<BitsTag>;
using HalfTag = hn::Half<Tag>;
using DoubleTag = hn::Rebind<double, HalfTag>;
using DoubleVector = hn::Vec<DoubleTag>;

/// Additions to a float accumulator's lane, at most, before it is folded into double.
constexpr Index kAdditions = 256;

/// Entries.
constexpr Index kAhead = 1024;

template <bool kDifference>
HWY_INLINE Vector load(const PassInput& input, Index at) {
  const Vector left = hn::LoadU(Tag(), input.left + at);
  if constexpr (!kDifference) return left;
  return hn::Sub(left, hn::LoadU(Tag(), input.right + at));
}

/// Asks for what four vectors will be read from some time later: the core itself looks no further than a page of
/// memory.
template <bool kDifference>
HWY_INLINE void prefetch(const PassInput& input, Index at) {
  const Index lanes = static_cast<Index>(hn::Lanes(Tag()));
  for (Index i = 0; i < 4; ++i) {
    hwy::Prefetch(input.left + at + kAhead + i * lanes);
    if constexpr (kDifference) hwy::Prefetch(input.right + at + kAhead + i * lanes);
  }
}

/// Loads the `count` floats left of a row; the other lanes are 0.
HWY_INLINE Vector load_some(const float* from, Index count) {
#if HWY_MEM_OPS_MIGHT_FAULT
  HWY_ALIGN float lanes[HWY_MAX_BYTES / sizeof(float)] = {};
  std::copy_n(from, count, lanes);
  return hn::Load(Tag(), lanes);
#else
  return hn::MaskedLoad(hn::FirstN(Tag(), static_cast<size_t>(count)), Tag(), from);
#endif
}

template <bool kDifference>
HWY_INLINE Vector load_rest(const PassInput& input, Index at, Index count) {
  const Vector left = load_some(input.left + at, count);
  if constexpr (!kDifference) return left;
  return hn::Sub(left, load_some(input.right + at, count));
}

HWY_INLINE void take(Vector x, Vector& sum, Vector& squares) {
  sum = hn::Add(sum, x);
  squares = hn::MulAdd(x, x, squares);
}

/// Read as unsigned numbers, negative floats are above all others, and the farther from 0 the higher. So the least is
/// found in integers, which go through other ports of the core than float's multiply, minimum and maximum. Two at a
/// time need one accumulator each: AVX2 has 16 registers, and one more spilled into memory makes the pass half as slow
/// again.
HWY_INLINE void take_range(Vector x, Vector y, Vector& high, Bits& low) {
  high = hn::Max(high, hn::Max(x, y));
  low = hn::Max(low, hn::Max(hn::BitCast(BitsTag(), x), hn::BitCast(BitsTag(), y)));
}

HWY_INLINE Index count(hn::Mask<Tag> mask) { return static_cast<Index>(hn::CountTrue(Tag(), mask)); }

HWY_INLINE hn::Mask<Tag> is_zero(Vector x) { return hn::Eq(x, hn::Zero(Tag())); }

HWY_INLINE hn::Mask<Tag> is_saturated(Vector x, Vector low, Vector high) {
  return hn::Or(hn::Le(x, low), hn::Ge(x, high));
}

/// Adds four accumulators to the double one and clears them.
HWY_INLINE void fold(Vector& part0, Vector& part1, Vector& part2, Vector& part3, DoubleVector& total) {
  const Vector part = hn::Add(hn::Add(part0, part1), hn::Add(part2, part3));
#if HWY_TARGET == HWY_SCALAR
  total = hn::Add(total, hn::PromoteTo(DoubleTag(), part));
#else
  total = hn::Add(total, hn::Add(hn::PromoteTo(DoubleTag(), hn::LowerHalf(HalfTag(), part)),
                                 hn::PromoteTo(DoubleTag(), hn::UpperHalf(HalfTag(), part))));
#endif
  part0 = part1 = part2 = part3 = hn::Zero(Tag());
}

/// The least entry of a tensor without negative ones.
template <bool kDifference>
float least(const PassInput& input) {
  const Index lanes = static_cast<Index>(hn::Lanes(Tag()));
  Vector low = hn::Set(Tag(), std::numeric_limits<float>::infinity());
  const Index size = input.rows * input.columns;
  for (Index at = 0; at < size; at += lanes) {
    const Index left = size - at;
    const Vector x = left >= lanes ? load<kDifference>(input, at)
                                   : hn::IfThenElse(hn::FirstN(Tag(), static_cast<size_t>(left)),
                                                    load_rest<kDifference>(input, at, left), low);
    low = hn::Min(low, x);
  }
  return hn::GetLane(hn::MinOfLanes(Tag(), low));
}

template <bool kDifference>
void sum_up(const PassInput& input, PassSums& result) {
  const Index lanes = static_cast<Index>(hn::Lanes(Tag()));
  const Index block = kAdditions * lanes;
  const Vector zero = hn::Zero(Tag());
  Vector sum0 = zero, sum1 = zero, sum2 = zero, sum3 = zero;
  Vector squares0 = zero, squares1 = zero, squares2 = zero, squares3 = zero;
  Vector high = hn::Set(Tag(), -std::numeric_limits<float>::infinity());
  Bits low = hn::Zero(BitsTag());
  DoubleVector sum = hn::Zero(DoubleTag());
  DoubleVector squares = sum;
  const Index size = input.rows * input.columns;
  const Index part = input.by_rows ? input.columns : size;
  for (Index first = 0, unfolded = 0; first < size; first += part) {
    Index zeros = 0;
    for (Index at = first; at < first + part;) {
      const Index end = std::min(at + block, first + part);
      unfolded += (end - at + lanes - 1) / lanes;
      for (; at + 4 * lanes <= end; at += 4 * lanes) {
        prefetch<kDifference>(input, at);
        const Vector x0 = load<kDifference>(input, at);
        const Vector x1 = load<kDifference>(input, at + lanes);
        const Vector x2 = load<kDifference>(input, at + 2 * lanes);
        const Vector x3 = load<kDifference>(input, at + 3 * lanes);
        take(x0, sum0, squares0);
        take(x1, sum1, squares1);
        take(x2, sum2, squares2);
        take(x3, sum3, squares3);
        take_range(x0, x1, high, low);
        take_range(x2, x3, high, low);
        zeros += count(is_zero(x0)) + count(is_zero(x1)) + count(is_zero(x2)) + count(is_zero(x3));
      }
      for (; at < end; at += lanes) {
        const Index left = std::min(lanes, end - at);
        const auto used = hn::FirstN(Tag(), static_cast<size_t>(left));
        const Vector x = load_rest<kDifference>(input, at, left);
        take(x, sum0, squares0);
        high = hn::Max(high, hn::IfThenElse(used, x, high));
        low = hn::Max(low, hn::BitCast(BitsTag(), x));
        zeros += count(hn::And(used, is_zero(x)));
      }
      at = end;
      if (unfolded < kAdditions && end < size) continue;
      fold(sum0, sum1, sum2, sum3, sum);
      fold(squares0, squares1, squares2, squares3, squares);
      unfolded = 0;
    }
    result.zeros += zeros;
    result.zero_rows += zeros == part ? 1 : 0;
  }
  result.sum = hn::GetLane(hn::SumOfLanes(DoubleTag(), sum));
  result.squares = hn::GetLane(hn::SumOfLanes(DoubleTag(), squares));
  const float lowest = std::bit_cast<float>(hn::GetLane(hn::MaxOfLanes(BitsTag(), low)));
  if (std::signbit(lowest))
    result.min = lowest;
  else
    result.min = result.zeros > 0 ? 0.0F : least<kDifference>(input);
  result.max = hn::GetLane(hn::MaxOfLanes(Tag(), high));
}

template <bool kDifference>
void sum_up_shifted(const PassInput& input, float pivot, float scale, ShiftedSums& result) {
  const Index lanes = static_cast<Index>(hn::Lanes(Tag()));
  const Index block = kAdditions * lanes;
  const Vector zero = hn::Zero(Tag());
  const Vector shift = hn::Set(Tag(), pivot);
  const Vector factor = hn::Set(Tag(), scale);
  const auto moved = [&](Vector x) HWY_ATTR { return hn::Mul(hn::Sub(x, shift), factor); };
  Vector sum0 = zero, sum1 = zero, sum2 = zero, sum3 = zero;
  Vector squares0 = zero, squares1 = zero, squares2 = zero, squares3 = zero;
  DoubleVector sum = hn::Zero(DoubleTag());
  DoubleVector squares = sum;
  const Index size = input.rows * input.columns;
  for (Index at = 0; at < size;) {
    const Index end = std::min(at + block, size);
    for (; at + 4 * lanes <= end; at += 4 * lanes) {
      take(moved(load<kDifference>(input, at)), sum0, squares0);
      take(moved(load<kDifference>(input, at + lanes)), sum1, squares1);
      take(moved(load<kDifference>(input, at + 2 * lanes)), sum2, squares2);
      take(moved(load<kDifference>(input, at + 3 * lanes)), sum3, squares3);
    }
    for (; at < end; at += lanes) {
      const Index left = std::min(lanes, end - at);
      const auto used = hn::FirstN(Tag(), static_cast<size_t>(left));
      take(hn::IfThenElseZero(used, moved(load_rest<kDifference>(input, at, left))), sum0, squares0);
    }
    at = end;
    fold(sum0, sum1, sum2, sum3, sum);
    fold(squares0, squares1, squares2, squares3, squares);
  }
  result.sum = hn::GetLane(hn::SumOfLanes(DoubleTag(), sum));
  result.squares = hn::GetLane(hn::SumOfLanes(DoubleTag(), squares));
}

void run_count_saturated(const PassInput& input, const UnitRule& rule, UnitCounts& result) {
  const Index lanes = static_cast<Index>(hn::Lanes(Tag()));
  const Vector low = hn::Set(Tag(), rule.saturated_low);
  const Vector high = hn::Set(Tag(), rule.saturated_high);
  for (Index row = 0; row < input.rows; ++row) {
    const float* values = input.left + row * input.columns;
    Index saturated = 0;
    Index at = 0;
    for (; at + lanes <= input.columns; at += lanes)
      saturated += count(is_saturated(hn::LoadU(Tag(), values + at), low, high));
    if (at < input.columns) {
      const Index left = input.columns - at;
      const auto used = hn::FirstN(Tag(), static_cast<size_t>(left));
      saturated += count(hn::And(used, is_saturated(load_some(values + at, left), low, high)));
    }
    result.saturated += saturated;
    result.saturated_units += nearly_all(saturated, input.columns) ? 1 : 0;
  }
}

void run_once(const PassInput& input, PassSums& result) {
  if (input.right != nullptr)
    sum_up<true>(input, result);
  else
    sum_up<false>(input, result);
}

void run_shifted(const PassInput& input, float pivot, float scale, ShiftedSums& result) {
  if (input.right != nullptr)
    sum_up_shifted<true>(input, pivot, scale, result);
  else
    sum_up_shifted<false>(input, pivot, scale, result);
}

}  // namespace gradclinic::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gradclinic {

HWY_EXPORT(run_once);
HWY_EXPORT(run_shifted);
HWY_EXPORT(run_count_saturated);

PassSums pass_once(const PassInput& input) {
  PassSums result;
  HWY_DYNAMIC_DISPATCH(run_once)(input, result);
  return result;
}

ShiftedSums pass_shifted(const PassInput& input, float pivot, float scale) {
  ShiftedSums result;
  HWY_DYNAMIC_DISPATCH(run_shifted)(input, pivot, scale, result);
  return result;
}

UnitCounts count_saturated(const PassInput& input, const UnitRule& rule) {
  UnitCounts result;
  HWY_DYNAMIC_DISPATCH(run_count_saturated)(input, rule, result);
  return result;
}

}  // namespace gradclinic
#endif
