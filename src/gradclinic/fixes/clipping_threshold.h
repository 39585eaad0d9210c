#pragma once

#include "gradclinic/diagnosis/chart.h"

namespace gradclinic {

/// The 90th percentile of the gradient norms seen while the loss was no higher than at first, so that the norms of an
/// explosion do not count; 1 where nothing finite was seen.
double clipping_threshold(const Chart& chart);

}  // namespace gradclinic
