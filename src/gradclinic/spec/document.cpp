#include "gradclinic/spec/document.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "gradclinic/support/error.h"
#include "gradclinic/support/text.h"

namespace gradclinic {

namespace {

void collect_leaves(const Value::Table& table, const std::string& prefix, std::vector<Entry>& into) {
  for (const Entry& entry : table) {
    const std::string key = prefix.empty() ? entry.key : prefix + "." + entry.key;
    if (const auto* inner = entry.value.as<Value::Table>()) {
      collect_leaves(*inner, key, into);
    } else {
      into.push_back({key, entry.value});
    }
  }
}

bool is_bare_key(const std::string& key) {
  return !key.empty() &&
         key.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") == std::string::npos;
}

struct Writer {
  std::string operator()(const std::string& text) const { return to_toml(text); }
  std::string operator()(bool truth) const { return truth ? "true" : "false"; }
  std::string operator()(std::int64_t number) const { return fmt::format("{}", number); }
  std::string operator()(double number) const { return to_toml(number); }
  std::string operator()(const Value::Date& date) const { return date.text; }
  std::string operator()(const Value::Array& array) const {
    std::vector<std::string> items;
    for (const Value& item : array) items.push_back(to_toml(item));
    return fmt::format("[{}]", join(items));
  }
  std::string operator()(const Value::Table& table) const {
    std::vector<std::string> items;
    for (const Entry& entry : table) {
      const std::string key = is_bare_key(entry.key) ? entry.key : to_toml(entry.key);
      items.push_back(fmt::format("{} = {}", key, to_toml(entry.value)));
    }
    return items.empty() ? "{}" : fmt::format("{{ {} }}", join(items));
  }
};

}  // namespace

std::string folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

std::vector<Entry> leaves(const Value& table, const std::string& where) {
  std::vector<Entry> found;
  if (const auto* entries = table.as<Value::Table>()) collect_leaves(*entries, "", found);
  std::stable_sort(found.begin(), found.end(), [](const Entry& one, const Entry& other) {
    return std::pair(one.value.line, one.value.column) < std::pair(other.value.line, other.value.column);
  });
  std::vector<std::string> keys;
  for (const Entry& entry : found) keys.push_back(entry.key);
  std::sort(keys.begin(), keys.end());
  const auto twice = std::adjacent_find(keys.begin(), keys.end());
  if (twice != keys.end()) throw BadInput(place(where, table.line, excerpt(*twice)), "this key is given twice");
  return found;
}

std::string to_toml(const Value& value) { return std::visit(Writer(), value.content); }

std::string to_toml(const std::string& text) {
  std::string result = "\"";
  for (const char letter : text) {
    const auto code = static_cast<unsigned char>(letter);
    if (letter == '"' || letter == '\\') {
      result += '\\';
      result += letter;
    } else if (letter == '\n') {
      result += "\\n";
    } else if (letter == '\t') {
      result += "\\t";
    } else if (code < 0x20 || code == 0x7F) {
      result += fmt::format("\\u{:04X}", code);
    } else {
      result += letter;
    }
  }
  return result + "\"";
}

std::string to_toml(double number) {
  if (std::isnan(number)) return "nan";
  if (std::isinf(number)) return number > 0 ? "inf" : "-inf";
  const std::string shortest = fmt::format("{}", number);
  return shortest.find_first_of(".e") == std::string::npos ? shortest + ".0" : shortest;
}

std::string place(const std::string& where, int line, const std::string& key) {
  std::string result = where;
  if (line > 0) result += fmt::format(":{}", line);
  if (!key.empty()) result += (result.empty() ? "" : " ") + key;
  return result;
}

}  // namespace gradclinic
