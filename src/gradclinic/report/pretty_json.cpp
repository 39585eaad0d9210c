#include <algorithm>

#include "gradclinic/report/results_json.h"

namespace gradclinic {

namespace {

using Json = nlohmann::ordered_json;

std::string compact(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

bool on_one_line(const Json& value) {
  if (value.empty() || value.is_primitive()) return true;
  return value.is_array() &&
         std::all_of(value.begin(), value.end(), [](const Json& item) { return item.is_primitive(); });
}

void print(const Json& value, int indent, std::string& text) {
  if (on_one_line(value)) {
    text += compact(value);
    return;
  }
  const std::string line = '\n' + std::string(indent + 1, ' ');
  text += value.is_object() ? '{' : '[';
  bool first = true;
  for (auto item = value.begin(); item != value.end(); ++item) {
    text += (first ? "" : ",") + line;
    first = false;
    if (value.is_object()) text += compact(item.key()) + ": ";
    print(*item, indent + 1, text);
  }
  text += '\n' + std::string(indent, ' ') + (value.is_object() ? '}' : ']');
}

}  // namespace

std::string pretty_json(const nlohmann::ordered_json& value) {
  std::string text;
  print(value, 0, text);
  return text + "\n";
}

}  // namespace gradclinic
