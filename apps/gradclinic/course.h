#pragma once

#include <string>
#include <vector>

#include "gradclinic/spec/experiment.h"

namespace gradclinic {

/// The folder of experiments: the one given; else experiments/ in the working directory or above it, else beside the
/// sources that this program was built from. Throws BadInput when there is none.
std::string experiments_folder(const std::string& given);

/// The folder of labelled cases, found likewise: --cases, cases/.
std::string cases_folder(const std::string& given);

/// Every experiment (*.toml) of a folder, in the order of the files' names. Throws BadInput for a folder without any,
/// for the first mistake in a file, and for two experiments with one id.
std::vector<Experiment> load_experiments(const std::string& folder);

/// Those with the given ids, in the order of `experiments`; without ids those that are not extended. Throws BadInput
/// for an unknown one.
std::vector<Experiment> choose(const std::vector<Experiment>& experiments, const std::vector<std::string>& ids);

}  // namespace gradclinic
