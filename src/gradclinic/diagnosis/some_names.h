#pragma once

#include <string>
#include <vector>

namespace gradclinic {

/// The first few of many names, fit for one line: "a, b, c and 4 more".
std::string some_of(const std::vector<std::string>& names);

}  // namespace gradclinic
