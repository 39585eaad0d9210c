#pragma once

#include <string>
#include <vector>

#include "gradclinic/diagnosis/finding.h"
#include "gradclinic/record/record.h"

namespace gradclinic {

/// A fix for a network that cannot be trained from here: what to do, and how in PyTorch.
struct Advice {
  std::string fix;                   ///< its id
  std::string summary;               ///< one line
  std::vector<std::string> pytorch;  ///< empty where it takes trials to tell
};

/// What to try against a diagnosis' cause, the likeliest first. Empty of a training that is not sick.
std::vector<Advice> advice(const Diagnosis& diagnosis, const Record& record);

}  // namespace gradclinic
