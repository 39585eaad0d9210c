#include <algorithm>
#include <string_view>

#include "gradclinic/spec/fields.h"
#include "gradclinic/support/error.h"
#include "gradclinic/support/text.h"

namespace gradclinic {

namespace {

std::string section_of(const std::string& key) {
  const std::size_t dot = key.rfind('.');
  return dot == std::string::npos ? "" : key.substr(0, dot);
}

std::string last_part(const std::string& key) { return key.substr(key.rfind('.') + 1); }

/// The full key that was most likely meant: the same name in another section, else the nearest name of this section,
/// else the nearest of all.
std::string meant_key(const std::string& key, const std::vector<Field>& fields) {
  std::vector<std::string> here;
  std::vector<std::string> all;
  for (const Field& field : fields) {
    if (last_part(field.key) == last_part(key)) return field.key;
    all.push_back(field.key);
    if (section_of(field.key) == section_of(key)) here.push_back(last_part(field.key));
  }
  const std::string near = nearest(last_part(key), here);
  if (near.empty()) return nearest(key, all);
  return section_of(key).empty() ? near : section_of(key) + "." + near;
}

std::vector<std::string> names_in_section(const std::string& section, const std::vector<Field>& fields) {
  std::vector<std::string> names;
  for (const Field& field : fields) {
    if (section_of(field.key) == section) names.push_back(last_part(field.key));
  }
  return names;
}

}  // namespace

const Field* find_field(const std::vector<Field>& fields, const std::string& key) {
  const auto found = std::find_if(fields.begin(), fields.end(), [&](const Field& field) { return field.key == key; });
  return found == fields.end() ? nullptr : &*found;
}

void refuse_key(const std::string& key, const std::string& value, const std::vector<Field>& fields,
                const std::string& at) {
  const std::string meant = meant_key(key, fields);
  std::string advice = meant.empty() ? "" : "did you mean `" + meant + "`? ";
  const std::string section = section_of(key);
  const std::vector<std::string> names = names_in_section(section, fields);
  advice += (section.empty() || names.empty() ? "allowed: " : "allowed in [" + section + "]: ");
  if (!names.empty()) {
    advice += join(names);
  } else {
    std::vector<std::string> all;
    for (const Field& field : fields) all.push_back(field.key);
    advice += join(all);
  }
  throw BadInput(at, "unknown key", excerpt(value), advice);
}

Lines read_section(const Value& table, const std::string& section, const std::vector<Field>& fields,
                   const std::string& where) {
  const auto* entries = table.as<Value::Table>();
  if (!entries) {
    throw BadInput(place(where, table.line, section), "not a section", excerpt(to_toml(table)),
                   "write [" + section + "] and its keys below");
  }
  Lines lines;
  for (const Entry& entry : *entries) {
    const std::string key = section.empty() ? entry.key : section + "." + entry.key;
    const std::string at = place(where, entry.value.line, excerpt(key));
    const Field* field = find_field(fields, key);
    if (!field) refuse_key(key, to_toml(entry.value), fields, at);
    assign(*field, entry.value, at);
    lines[key] = entry.value.line;
  }
  for (const Field& field : fields) {
    if (!field.required) continue;
    const auto line = lines.find(field.key);
    if (line == lines.end()) {
      throw BadInput(place(where, table.line, field.key), "is missing", "", "it holds " + allowed_text(field));
    }
    auto* const* text = std::get_if<std::string*>(&field.slot);
    if (text && (*text)->empty()) throw BadInput(place(where, line->second, field.key), "is empty");
  }
  return lines;
}

}  // namespace gradclinic
