#pragma once

#include <string>
#include <vector>

#include "gradclinic/diagnosis/chart.h"
#include "gradclinic/diagnosis/judgement.h"

namespace gradclinic {

/// What a log shows: everything that the catalogue's rules find in it without knowing what was trained, and of gradient
/// norms by layer what they show. `layers` are the layers' names.
struct LogFindings {
  std::vector<Suspect> suspects;
  std::vector<std::string> judged;  ///< ids of the pathologies that could be looked for
};
/// Whether the loss stays where it began: by its unit, by the medians of the first and the last fifth, and by what the
/// network can do: one that answers well has learned, wherever its loss began.
bool never_learned(const Chart& chart);

LogFindings look_through_log(const Chart& chart, const std::vector<std::string>& layers);

}  // namespace gradclinic
