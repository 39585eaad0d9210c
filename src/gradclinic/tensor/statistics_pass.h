#pragma once

#include "gradclinic/tensor/statistics.h"

namespace gradclinic {

/// What a pass reads: `left`, or `left - right` in float where `right` is given.
struct PassInput {
  const float* left = nullptr;
  const float* right = nullptr;
  Index rows = 0;
  Index columns = 0;
  bool by_rows = false;  ///< rows of zeros are to be counted, which costs a little more
};

/// What one pass over memory gathers. Only meaningful when `squares` is finite: a NaN, an Inf or an overflow on the way
/// always leaves it NaN or Inf.
struct PassSums {
  double sum = 0;
  double squares = 0;
  float min = 0;
  float max = 0;
  Index zeros = 0;
  Index zero_rows = 0;  ///< without `by_rows` all entries are one row
};

/// Sums of (x - pivot) * scale and its square.
struct ShiftedSums {
  double sum = 0;
  double squares = 0;
};

struct UnitCounts {
  Index saturated = 0;  ///< entries
  Index saturated_units = 0;
};

/// Sums run in float lanes over a few thousand entries at most, then in double.
PassSums pass_once(const PassInput& input);
ShiftedSums pass_shifted(const PassInput& input, float pivot, float scale);

/// Row by row. Reads `left` alone.
UnitCounts count_saturated(const PassInput& input, const UnitRule& rule);

/// At least 95 % of `count`.
inline bool nearly_all(Index part, Index count) { return count > 0 && 20 * part >= 19 * count; }

}  // namespace gradclinic
