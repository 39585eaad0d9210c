#include "gradclinic/lab/experiment_runs.h"

#include <algorithm>

namespace gradclinic {

ExperimentRuns without_results(const Experiment& experiment, std::int64_t seeds) {
  ExperimentRuns runs;
  runs.experiment = experiment;
  runs.cells = cells(experiment);
  for (std::int64_t seed = 0; seed < seeds; ++seed)
    runs.seeds.push_back(experiment.first_seed + static_cast<std::uint64_t>(seed));
  runs.results.assign(runs.cells.size(), std::vector<std::optional<RunResult>>(runs.seeds.size()));
  return runs;
}

std::vector<Selection> settings(const ExperimentRuns& runs, const Selection& selection) {
  std::vector<Selection> found{{}};
  for (const Factor& factor : runs.experiment.factors) {
    const auto named = selection.find(factor.name);
    if (named == selection.end()) continue;
    std::vector<Selection> longer;
    for (const Selection& setting : found) {
      for (const FactorValue& value : factor.values) {
        if (std::find(named->second.begin(), named->second.end(), value.label) == named->second.end()) continue;
        longer.push_back(setting);
        longer.back()[factor.name] = {value.label};
      }
    }
    found = longer;
  }
  std::erase_if(found, [&](const Selection& setting) {
    return std::none_of(runs.cells.begin(), runs.cells.end(), [&](const Cell& cell) { return selects(setting, cell); });
  });
  return found;
}

}  // namespace gradclinic
