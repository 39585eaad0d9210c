#pragma once

#include <string>
#include <vector>

#include "gradclinic/lab/experiment_runs.h"

namespace gradclinic {

/// The effects at one level of the factors that neither side names: "depth 20".
struct LevelEffects {
  std::string level;
  std::vector<double> effects;
};

/// One setting against another (or against a constant), seed by seed.
struct Part {
  Selection left;
  Selection right;
  std::string left_text;  ///< in words
  std::string right_text;
  std::vector<double> effects;  ///< one per seed that has a pair, in the seeds' order: see contrast; or the left value
  std::vector<std::size_t> seeds;      ///< of each effect: its place among the experiment's seeds
  std::vector<LevelEffects> by_level;  ///< the same apart, in the experiment's order; one without factors left open
  int left_runs = 0;
  int left_diverged = 0;
  int right_runs = 0;
  int right_diverged = 0;
  std::string problem;  ///< why there are no effects
};

/// Every setting of the left selection against every setting of the right ones; but a factor that both name with the
/// same values is paired value by value ("depth 20 and 50 with the fix" against "depth 20 and 50 without"). Cells are
/// paired when they agree in each factor that neither side names, and by seed; several cells of a side that share those
/// are made one by their median. A seed's effect is the median over the levels of the factors that neither side names.
std::vector<Part> pair_up(const ExperimentRuns& runs, const Selection& left, const std::vector<Selection>& right,
                          const Measure& measure, Scale scale);

/// The left values alone, for a comparison with a constant: one part per setting.
std::vector<Part> line_up(const ExperimentRuns& runs, const Selection& left, const Measure& measure);

/// Every run of the cells that a selection selects, as comparisons take it: medians and ranges for sentences.
std::vector<double> values_of(const ExperimentRuns& runs, const Selection& selection, const Measure& measure);

}  // namespace gradclinic
