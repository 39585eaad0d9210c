#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "gradclinic/lab/experiment_runs.h"
#include "gradclinic/lab/results.h"

namespace gradclinic {

/// What an experiment's figures, claims and treatments need of the runs of one of its cells.
std::set<Extract> extracts_of(const Experiment& experiment, const Cell& cell);

/// An experiment's figures, claims and groups. `failures`: why runs failed -> the labels of the cells.
ExperimentResult summarize(const ExperimentRuns& runs, const std::map<std::string, std::vector<std::string>>& failures);

}  // namespace gradclinic
