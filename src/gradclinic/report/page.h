#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace gradclinic {

/// The page that web/ is bundled into, data missing.
std::string_view page_template();

/// Stands in the page, once, where the JSON of the results belongs.
inline constexpr std::string_view kPageDataMark = "GRADCLINIC_RESULTS_JSON";

/// The page with its data: results of a lab, or a diagnosis. No text in them can end the script element they lie in.
std::string page_with(const nlohmann::ordered_json& data);

}  // namespace gradclinic
