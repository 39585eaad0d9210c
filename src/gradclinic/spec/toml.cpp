#include "gradclinic/spec/toml.h"

#include <string_view>

#include "gradclinic/spec/document.h"
#include "gradclinic/spec/read.h"
#include "gradclinic/spec/validate.h"
#include "gradclinic/support/error.h"
#include "gradclinic/support/text.h"

namespace gradclinic {

namespace {

std::string section_of(std::string_view key) {
  return std::string(key.substr(0, key.find('.') == std::string_view::npos ? 0 : key.find('.')));
}

/// A value given outside a file; text that is no TOML value is a word.
Value loose_value(const Field& field, const std::string& text, const std::string& key) {
  const bool quoted = !text.empty() && (text.front() == '"' || text.front() == '\'');
  const bool takes_text = std::holds_alternative<std::string*>(field.slot);
  if (!takes_text || quoted) {
    try {
      const Value parsed = parse_toml("value = " + text, key);
      const auto& entries = *parsed.as<Value::Table>();
      if (entries.size() == 1) return entries.front().value;
    } catch (const BadInput&) {
      if (quoted) throw BadInput(key, "not a text in quotes", excerpt(text), "close the quote, or leave quotes out");
    }
  }
  // The parser checks that the text is UTF-8.
  return parse_toml("value = " + to_toml(text), key).as<Value::Table>()->front().value;
}

}  // namespace

Spec parse_spec(const std::string& text, const std::string& where) {
  Spec spec;
  const Lines lines = read_spec(parse_toml(text, where), {}, spec, where);
  const std::optional<Mistake> mistake = find_mistake(spec);
  if (mistake) {
    throw BadInput(place(where, line_of(lines, *mistake), mistake->key), mistake->what, mistake->got, mistake->advice);
  }
  return spec;
}

Spec load_spec(const std::string& path) {
  Spec spec = parse_spec(read_toml_file(path), path);
  spec.folder = folder_of(path);
  return spec;
}

std::string to_toml(const Spec& spec) {
  Spec copy = spec;
  Spec defaults;
  const std::vector<Field> fields = fields_of(copy);
  const std::vector<Field> default_fields = fields_of(defaults);
  std::string text;
  std::string section;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::string key = fields[i].key;
    const std::string value = value_text(fields[i]);
    const bool always = key == "name" || key == "seed" || (key == "data.set" && spec.model.kind != "outside");
    if (!always && value == value_text(default_fields[i])) continue;
    if (section_of(key) != section) {
      section = section_of(key);
      text += "\n[" + section + "]\n";
    }
    text += key.substr(section.empty() ? 0 : section.size() + 1) + " = " + value + "\n";
  }
  return text;
}

void set_key(Spec& spec, const std::string& key, const std::string& value) {
  const std::vector<Field> fields = fields_of(spec);
  const Field* field = find_field(fields, key);
  if (!field) refuse_key(key, value, fields, excerpt(key));
  assign(*field, loose_value(*field, value, key), key);
}

std::string get_key(const Spec& spec, const std::string& key) {
  Spec copy = spec;
  const std::vector<Field> fields = fields_of(copy);
  const Field* field = find_field(fields, key);
  if (!field) refuse_key(key, "", fields, excerpt(key));
  auto* const* text = std::get_if<std::string*>(&field->slot);
  return text ? **text : value_text(*field);
}

bool is_key(const std::string& key) {
  Spec spec;
  return find_field(fields_of(spec), key) != nullptr;
}

std::map<std::string, std::string> keys_that_differ(const Spec& spec, const Spec& other) {
  std::map<std::string, std::string> keys;
  for (const KeyDescription& row : describe_spec()) {
    std::string value = get_key(spec, row.key);
    if (row.key != "name" && value != get_key(other, row.key)) keys[row.key] = std::move(value);
  }
  return keys;
}

std::vector<KeyDescription> describe_spec() {
  Spec defaults;
  std::vector<KeyDescription> rows;
  for (const Field& field : fields_of(defaults)) {
    rows.push_back({field.key, value_text(field), allowed_text(field), field.meaning, field.allowed.catalogue});
  }
  return rows;
}

}  // namespace gradclinic
