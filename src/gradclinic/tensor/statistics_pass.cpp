#include "gradclinic/tensor/statistics_pass.h"

#include <algorithm>
#include <limits>

// Highway 1.0.3 leaves AVX3_DL out of its targets, and then refuses to compile, where -march=native already implies it.
#define HWY_WANT_AVX3_DL
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "gradclinic/tensor/statistics_pass.cpp"
#include "hwy/foreach_target.h"  // compiles what follows once per instruction set
// After foreach_target.h.
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace gradclinic::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using Tag = hn::ScalableTag<float>;
using Vector = hn::Vec<Tag>;
using HalfTag = hn::Half<Tag>;
using DoubleTag = hn::Rebind<double, HalfTag>;
using DoubleVector = hn::Vec<DoubleTag>;

/// Additions to one float lane before the lanes are folded into double: at most twice this many, for rows do not split.
constexpr Index kAdditions = 256;

template <bool kDifference>
HWY_INLINE Vector load(const PassInput& input, Index at) {
  const Vector left = hn::LoadU(Tag(), input.left + at);
  if constexpr (!kDifference) return left;
  return hn::Sub(left, hn::LoadU(Tag(), input.right + at));
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

HWY_INLINE void take_range(Vector x, Vector& low, Vector& high) {
  low = hn::Min(low, x);
  high = hn::Max(high, x);
}

HWY_INLINE Index count(hn::Mask<Tag> mask) { return static_cast<Index>(hn::CountTrue(Tag(), mask)); }

HWY_INLINE hn::Mask<Tag> is_zero(Vector x) { return hn::Eq(x, hn::Zero(Tag())); }

/// What a rule asks about units; `dead` comes with the zeros, most activations saturate on one side only.
enum class Units { none, dead, low, both };

template <Units kUnits>
HWY_INLINE hn::Mask<Tag> is_saturated(Vector x, Vector low, Vector high) {
  if constexpr (kUnits == Units::low) return hn::Le(x, low);
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

template <bool kDifference, Units kUnits>
void sum_up(const PassInput& input, const UnitRule* rule, PassSums& result) {
  constexpr bool kByRow = kUnits != Units::none;
  constexpr bool kSaturates = kUnits == Units::low || kUnits == Units::both;
  const Index lanes = static_cast<Index>(hn::Lanes(Tag()));
  const Index block = kAdditions * lanes;
  const Vector zero = hn::Zero(Tag());
  const Vector below = hn::Set(Tag(), kByRow ? rule->saturated_low : 0);
  const Vector above = hn::Set(Tag(), kByRow ? rule->saturated_high : 0);
  Vector sum0 = zero, sum1 = zero, sum2 = zero, sum3 = zero;
  Vector squares0 = zero, squares1 = zero, squares2 = zero, squares3 = zero;
  Vector low0 = hn::Set(Tag(), std::numeric_limits<float>::infinity()), low1 = low0;
  Vector high0 = hn::Neg(low0), high1 = high0;
  DoubleVector sum = hn::Zero(DoubleTag());
  DoubleVector squares = sum;
  Index unfolded = 0;

  // Without units the rows do not matter: the tensor is one long row.
  const Index rows = kByRow ? input.rows : 1;
  const Index columns = kByRow ? input.columns : input.rows * input.columns;
  for (Index row = 0; row < rows; ++row) {
    const Index row_end = (row + 1) * columns;
    Index zeros = 0;
    Index saturated = 0;
    for (Index at = row * columns; at < row_end;) {
      const Index end = std::min(at + block, row_end);
      unfolded += end - at;
      for (; at + 4 * lanes <= end; at += 4 * lanes) {
        const Vector x0 = load<kDifference>(input, at);
        const Vector x1 = load<kDifference>(input, at + lanes);
        const Vector x2 = load<kDifference>(input, at + 2 * lanes);
        const Vector x3 = load<kDifference>(input, at + 3 * lanes);
        take(x0, sum0, squares0);
        take(x1, sum1, squares1);
        take(x2, sum2, squares2);
        take(x3, sum3, squares3);
        take_range(x0, low0, high0);
        take_range(x1, low1, high1);
        take_range(x2, low0, high0);
        take_range(x3, low1, high1);
        zeros += count(is_zero(x0)) + count(is_zero(x1)) + count(is_zero(x2)) + count(is_zero(x3));
        if constexpr (kSaturates)
          saturated += count(is_saturated<kUnits>(x0, below, above)) + count(is_saturated<kUnits>(x1, below, above)) +
                       count(is_saturated<kUnits>(x2, below, above)) + count(is_saturated<kUnits>(x3, below, above));
      }
      for (; at + lanes <= end; at += lanes) {
        const Vector x = load<kDifference>(input, at);
        take(x, sum0, squares0);
        take_range(x, low0, high0);
        zeros += count(is_zero(x));
        if constexpr (kSaturates) saturated += count(is_saturated<kUnits>(x, below, above));
      }
      if (at < end) {
        const Vector x = load_rest<kDifference>(input, at, end - at);
        const auto used = hn::FirstN(Tag(), static_cast<size_t>(end - at));
        take(x, sum1, squares1);
        low1 = hn::Min(low1, hn::IfThenElse(used, x, low1));
        high1 = hn::Max(high1, hn::IfThenElse(used, x, high1));
        zeros += count(hn::And(used, is_zero(x)));
        if constexpr (kSaturates) saturated += count(hn::And(used, is_saturated<kUnits>(x, below, above)));
        at = end;
      }
      if (unfolded >= block) {
        fold(sum0, sum1, sum2, sum3, sum);
        fold(squares0, squares1, squares2, squares3, squares);
        unfolded = 0;
      }
    }
    result.zeros += zeros;
    if constexpr (kByRow) {
      result.saturated += saturated;
      result.dead_units += rule->can_die && zeros == columns ? 1 : 0;
      if constexpr (kSaturates) result.saturated_units += nearly_all(saturated, columns) ? 1 : 0;
    }
  }
  fold(sum0, sum1, sum2, sum3, sum);
  fold(squares0, squares1, squares2, squares3, squares);
  result.sum = hn::GetLane(hn::SumOfLanes(DoubleTag(), sum));
  result.squares = hn::GetLane(hn::SumOfLanes(DoubleTag(), squares));
  result.min = hn::GetLane(hn::MinOfLanes(Tag(), hn::Min(low0, low1)));
  result.max = hn::GetLane(hn::MaxOfLanes(Tag(), hn::Max(high0, high1)));
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

void run_once(const PassInput& input, const UnitRule* rule, PassSums& result) {
  if (input.right != nullptr)
    sum_up<true, Units::none>(input, rule, result);
  else if (rule == nullptr)
    sum_up<false, Units::none>(input, rule, result);
  else if (rule->saturated_high != std::numeric_limits<float>::infinity())
    sum_up<false, Units::both>(input, rule, result);
  else if (rule->saturated_low == -std::numeric_limits<float>::infinity())
    sum_up<false, Units::dead>(input, rule, result);
  else
    sum_up<false, Units::low>(input, rule, result);
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

PassSums pass_once(const PassInput& input, const UnitRule* rule) {
  PassSums result;
  HWY_DYNAMIC_DISPATCH(run_once)(input, rule, result);
  return result;
}

ShiftedSums pass_shifted(const PassInput& input, float pivot, float scale) {
  ShiftedSums result;
  HWY_DYNAMIC_DISPATCH(run_shifted)(input, pivot, scale, result);
  return result;
}

}  // namespace gradclinic
#endif
