#include "gradclinic/spec/read.h"

#include <algorithm>

#include "gradclinic/support/error.h"
#include "gradclinic/support/text.h"

namespace gradclinic {

namespace {

std::vector<std::string> sections_of(const std::vector<Field>& fields) {
  std::vector<std::string> sections;
  for (const Field& field : fields) {
    const std::string key = field.key;
    const std::size_t dot = key.find('.');
    if (dot == std::string::npos) continue;
    if (sections.empty() || sections.back() != key.substr(0, dot)) sections.push_back(key.substr(0, dot));
  }
  return sections;
}

bool is_section(const Value& value) {
  const auto* array = value.as<Value::Array>();
  return value.as<Value::Table>() || (array && !array->empty() && array->front().as<Value::Table>());
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

Lines read_spec(const Value& root, const std::vector<std::string>& others, Spec& spec, const std::string& where) {
  const std::vector<Field> fields = fields_of(spec);
  std::vector<std::string> sections = sections_of(fields);
  Value top = root;
  Value::Table& plain = std::get<Value::Table>(top.content);
  plain.clear();
  Lines lines;
  for (const Entry& entry : *root.as<Value::Table>()) {
    if (contains(sections, entry.key)) {
      lines[entry.key] = entry.value.line;
      lines.merge(read_section(entry.value, entry.key, fields, where));
    } else if (contains(others, entry.key)) {
      continue;
    } else if (find_field(fields, entry.key) || !is_section(entry.value)) {
      plain.push_back(entry);
    } else {
      sections.insert(sections.end(), others.begin(), others.end());
      throw BadInput(place(where, entry.value.line, excerpt(entry.key)), "unknown section", "",
                     advise(entry.key, sections));
    }
  }
  lines.merge(read_section(top, "", fields, where));
  return lines;
}

int line_of(const Lines& lines, const Mistake& mistake) {
  for (const std::string& key : {mistake.key, mistake.because, mistake.key.substr(0, mistake.key.find('.'))}) {
    const auto found = lines.find(key);
    if (found != lines.end()) return found->second;
  }
  return 0;
}

}  // namespace gradclinic
