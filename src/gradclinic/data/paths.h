#pragma once

#include <string>

#include "gradclinic/spec/spec.h"

namespace gradclinic {

/// Where a path written in a spec leads: relative ones start at the spec's folder. `key` names it in the BadInput
/// thrown when it is empty.
std::string resolve_path(const Spec& spec, const std::string& path, const std::string& key);

}  // namespace gradclinic
