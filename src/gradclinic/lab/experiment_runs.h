#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gradclinic/lab/run_result.h"
#include "gradclinic/spec/experiment.h"

namespace gradclinic {

/// An experiment's cells with what their runs left.
struct ExperimentRuns {
  Experiment experiment;
  std::vector<Cell> cells;
  std::vector<std::uint64_t> seeds;
  std::vector<std::vector<std::optional<RunResult>>>
      results;  ///< [cell][seed]; empty where a run failed or is not done

  const std::optional<RunResult>& result(std::size_t cell, std::size_t seed) const { return results[cell][seed]; }
};

/// The cells of an experiment, without results yet, for `seeds` seeds from the experiment's first on.
ExperimentRuns without_results(const Experiment& experiment, std::int64_t seeds);

/// Every setting that a selection names: one label for each of its factors, in the experiment's order of values.
/// A setting that no cell has (skipped) is left out. The empty selection is one setting that names nothing.
std::vector<Selection> settings(const ExperimentRuns& runs, const Selection& selection);

}  // namespace gradclinic
