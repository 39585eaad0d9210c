#pragma once

#include <string_view>

namespace gradclinic {

/// Whether one name comes before the other where runs of digits count by their value: "layer2" before "layer10".
bool natural_less(std::string_view one, std::string_view other);

}  // namespace gradclinic
