#pragma once

#include <span>

#include "gradclinic/tensor/view.h"

namespace gradclinic {

/// Of one row's entries.
struct RowSums {
  double sum = 0;
  double squares = 0;
  Index nonzero = 0;    ///< NaN counts
  Index saturated = 0;  ///< at or below `low`, or at or above `high`
};

/// Adds to the sums of each row (as many as `values` has). In double, with SIMD (Google Highway, chosen at run time).
/// A limit that is NaN saturates nothing.
void add_row_sums(View<const float> values, float low, float high, std::span<RowSums> rows);

}  // namespace gradclinic
