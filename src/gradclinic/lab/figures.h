#pragma once

#include "gradclinic/lab/experiment_runs.h"
#include "gradclinic/lab/results.h"

namespace gradclinic {

/// A figure's data: medians over seeds with the 25th and 75th percentile, one curve per selected cell. A diverged run
/// counts as the worst there is (+Inf; 0 for an accuracy) wherever it has no number, so a curve turns infinite where
/// more than half of the seeds have diverged. Curves without any number are left out. Curves over steps have at most
/// about 200 points. `number` counts from 1 and makes the figure's id unique.
Figure draw(const FigureSpec& spec, const ExperimentRuns& runs, std::size_t number);

/// What the figure needs of each run of a selected cell.
Extract extract_of(const FigureSpec& spec);

}  // namespace gradclinic
