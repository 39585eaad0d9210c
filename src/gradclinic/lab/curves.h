#pragma once

#include <vector>

#include "gradclinic/lab/experiment_runs.h"
#include "gradclinic/lab/results.h"

namespace gradclinic {

/// Adds a point: the values' median, 25th and 75th percentile; NaN without values.
void add_point(double x, const std::vector<double>& values, Curve& curve);

/// A cell's curve over steps or layers: the points of its longest run, at most about 200, each over all seeds. Where a
/// diverged run has no number it counts as the worst there is; where another has none it does not count.
Curve curve_over_seeds(const ExperimentRuns& runs, std::size_t cell, const Extract& extract);

/// A measure's values over all runs of some cells; the diverged ones count as above.
std::vector<double> pooled_values(const ExperimentRuns& runs, const std::vector<std::size_t>& cells,
                                  const Measure& measure);

}  // namespace gradclinic
