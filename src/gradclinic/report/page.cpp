#include "gradclinic/report/page.h"

#include <nlohmann/json.hpp>

namespace gradclinic {
namespace {

using Json = nlohmann::ordered_json;

// In JSON '<' occurs in strings only; escaped, no text can end or comment out the script element.
std::string escaped_for_script(const std::string& json) {
  std::string escaped;
  for (char letter : json) {
    if (letter == '<') {
      escaped += "\\u003c";
    } else {
      escaped += letter;
    }
  }
  return escaped;
}

}  // namespace

std::string page_with(const nlohmann::ordered_json& data) {
  const std::string_view page = page_template();
  const std::size_t mark = page.find(kPageDataMark);
  std::string html(page.substr(0, mark));
  html += escaped_for_script(data.dump(-1, ' ', false, Json::error_handler_t::replace));
  html += page.substr(mark + kPageDataMark.size());
  return html;
}

}  // namespace gradclinic
