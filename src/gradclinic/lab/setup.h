#pragma once

#include <string>

#include "gradclinic/spec/experiment.h"

namespace gradclinic {

/// The setup of an experiment in one paragraph: data, network and training as far as they are the same in all cells,
/// what varies, how many settings and seeds.
std::string setup_text(const Experiment& experiment, std::size_t cells, std::size_t seeds);

}  // namespace gradclinic
