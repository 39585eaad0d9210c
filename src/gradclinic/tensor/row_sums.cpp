#include "gradclinic/tensor/row_sums.h"

#include <algorithm>

// Highway 1.0.3 leaves AVX3_DL out of its targets, and then refuses to compile, where -march=native already implies it.
#define HWY_WANT_AVX3_DL
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "gradclinic/tensor/row_sums.cpp"
#include "hwy/foreach_target.h"  // compiles what follows once per instruction set
// After foreach_target.h.
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace gradclinic::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using DoubleTag = hn::ScalableTag<double>;
using DoubleVector = hn::Vec<DoubleTag>;
using Tag = hn::Rebind<float, DoubleTag>;  // as many floats
using Vector = hn::Vec<Tag>;

HWY_INLINE Index count(hn::Mask<Tag> mask) { return static_cast<Index>(hn::CountTrue(Tag(), mask)); }

void add_rows(View<const float> values, float low, float high, RowSums* rows) {
  constexpr Tag kTag;
  constexpr DoubleTag kWide;
  const Index lanes = static_cast<Index>(hn::Lanes(kTag));
  const Vector lowest = hn::Set(kTag, low), highest = hn::Set(kTag, high);
  const auto is_saturated = [&](Vector x) HWY_ATTR { return hn::Or(hn::Le(x, lowest), hn::Ge(x, highest)); };
  for (Index row = 0; row < values.rows; ++row) {
    const float* from = values.row(row);
    RowSums& sums = rows[row];
    DoubleVector sum0 = hn::Zero(kWide), sum1 = sum0, squares0 = sum0, squares1 = sum0;
    Index zeros = 0, at = 0;
    for (; at + 2 * lanes <= values.columns; at += 2 * lanes) {
      const Vector x0 = hn::LoadU(kTag, from + at), x1 = hn::LoadU(kTag, from + at + lanes);
      const DoubleVector wide0 = hn::PromoteTo(kWide, x0), wide1 = hn::PromoteTo(kWide, x1);
      sum0 = hn::Add(sum0, wide0), sum1 = hn::Add(sum1, wide1);
      squares0 = hn::MulAdd(wide0, wide0, squares0), squares1 = hn::MulAdd(wide1, wide1, squares1);
      zeros += count(hn::Eq(x0, hn::Zero(kTag))) + count(hn::Eq(x1, hn::Zero(kTag)));
      sums.saturated += count(is_saturated(x0)) + count(is_saturated(x1));
    }
    sums.sum += hn::GetLane(hn::SumOfLanes(kWide, hn::Add(sum0, sum1)));
    sums.squares += hn::GetLane(hn::SumOfLanes(kWide, hn::Add(squares0, squares1)));
    for (; at < values.columns; ++at) {
      const float x = from[at];
      sums.sum += x;
      sums.squares += static_cast<double>(x) * x;
      zeros += x == 0 ? 1 : 0;
      sums.saturated += x <= low || x >= high ? 1 : 0;
    }
    sums.nonzero += values.columns - zeros;
  }
}

}  // namespace gradclinic::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gradclinic {

HWY_EXPORT(add_rows);

void add_row_sums(View<const float> values, float low, float high, std::span<RowSums> rows) {
  HWY_DYNAMIC_DISPATCH(add_rows)(values, low, high, rows.data());
}

}  // namespace gradclinic
#endif
