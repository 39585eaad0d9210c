#pragma once

#include <string_view>

namespace gradclinic {

/// The page that web/ is bundled into, data missing.
std::string_view page_template();

/// Stands in the page, once, where the JSON of the results belongs.
inline constexpr std::string_view kPageDataMark = "GRADCLINIC_RESULTS_JSON";

}  // namespace gradclinic
