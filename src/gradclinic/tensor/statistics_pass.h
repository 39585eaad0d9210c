#pragma once

#include "gradclinic/tensor/statistics.h"

namespace gradclinic {

/// What a pass reads: `left`, or `left - right` in float where `right` is given.
struct PassInput {
  const float* left = nullptr;
  const float* right = nullptr;
  Index rows = 0;
  Index columns = 0;
};

/// What one pass over memory gathers. Only meaningful when `squares` is finite: a NaN, an Inf or an overflow on the way
/// always leaves it NaN or Inf.
struct PassSums {
  double sum = 0;
  double squares = 0;
  float min = 0;
  Index zeros = 0;
  float max = 0;
};

/// Sums of (x - pivot) * scale and its square.
struct ShiftedSums {
  double sum = 0;
  double squares = 0;
};

struct UnitCounts {
  Index saturated = 0;  ///< entries
  Index saturated_units = 0;
  Index dead_units = 0;
};

/// Sums run in float lanes over a few thousand entries at most, then in double.
PassSums pass_once(const PassInput& input);
ShiftedSums pass_shifted(const PassInput& input, float pivot, float scale);

/// Row by row. Both read `left` alone.
UnitCounts count_saturated(const PassInput& input, const UnitRule& rule);
Index count_dead_units(const PassInput& input);

/// At least 95 % of `count`.
inline bool nearly_all(Index part, Index count) { return count > 0 && 20 * part >= 19 * count; }

}  // namespace gradclinic
