#pragma once

#include <cstdint>
#include <limits>

#include "gradclinic/tensor/view.h"

namespace gradclinic {

/// What counts as a dead or saturated unit; see Activation. By default nothing does.
struct UnitRule {
  float saturated_low = -std::numeric_limits<float>::infinity();  ///< an entry at or below counts as saturated
  float saturated_high = std::numeric_limits<float>::infinity();  ///< an entry at or above counts as saturated
  bool can_die = false;                                           ///< a unit whose row is all zeros counts as dead
  bool operator==(const UnitRule&) const = default;
};

/// Everything the cheap gauges need of one tensor, taken in one pass over its memory. Rows are units.
/// Non-finite entries are counted and left out of the other figures, shares included (a unit is judged by its finite
/// entries, one without any is neither dead nor saturated); without a finite entry all others are NaN.
struct TensorStatistics {
  double l2 = 0;
  double mean = 0;
  double deviation = 0;  ///< population standard deviation
  float min = 0;
  float max = 0;
  double zeros = 0;  ///< share of entries that are exactly 0
  std::int64_t nan_count = 0;
  std::int64_t inf_count = 0;
  double dead_units = 0;       ///< share of units whose entries are all 0; 0 unless the rule says units can die
  double saturated_units = 0;  ///< share of units with at least 95 % of their entries saturated
  double saturated = 0;        ///< share of entries that are saturated
};

/// One pass with SIMD (Google Highway, chosen at run time); units take a second look at the rows of a tensor that
/// reaches a limit of the rule. Counts, min and max are exact. Relative to exact arithmetic
/// l2 errs by less than 1e-5 for magnitudes from 1e-45 to 3e38, mean by less than 1e-5 of the mean absolute value, and
/// deviation by less than 1e-3 of itself plus float's own resolution at the mean (6e-8 of it).
/// A tensor that float sums cannot serve (tiny, huge, or a mean above 16 deviations) takes a second pass, one with
/// non-finite entries a slow one in double. Allocates nothing.
TensorStatistics measure(const View<const float>& values, const UnitRule& rule = {});

/// The same of `left - right` (an update), without storing the difference; it is taken in float. Both of one shape.
TensorStatistics measure_difference(const View<const float>& left, const View<const float>& right);

/// Of a tensor that was changed: its values now, and by how much they differ from those before.
struct ChangeStatistics {
  TensorStatistics values;
  TensorStatistics change;
};

/// measure(after) and measure_difference(after, before), but memory is read once for both. Allocates nothing.
ChangeStatistics measure_change(const View<const float>& after, const View<const float>& before);

}  // namespace gradclinic
