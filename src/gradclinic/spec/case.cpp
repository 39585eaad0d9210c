#include "gradclinic/spec/case.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "gradclinic/spec/document.h"
#include "gradclinic/spec/fields.h"
#include "gradclinic/spec/toml.h"
#include "gradclinic/support/error.h"
#include "gradclinic/support/text.h"

namespace gradclinic {

namespace {

namespace fs = std::filesystem;

const std::vector<std::string> kVerdicts = {"healthy", "sick"};

/// What a case's file holds, before it meets its base.
struct CaseKeys {
  std::string verdict;
  std::string cause;
  std::string note;
  std::string look_alike;
  const Value* accept = nullptr;
  const Value* change = nullptr;
};

std::vector<Field> fields_of(CaseKeys& keys) {
  return {
      {"verdict", &keys.verdict, {.noun = "a verdict", .names = &kVerdicts}, "what the outcome test found", true},
      {"cause", &keys.cause, {}, "sick only: the pathology's id"},
      {"accept", &keys.accept, {}, "sick only: other causes that are right as well"},
      {"note", &keys.note, {}, "what was changed, and why it is sick, or only looks so", true},
      {"look_alike", &keys.look_alike, {}, "healthy only: what it may be mistaken for"},
      {"change", &keys.change, {}, "the keys to set on the base's spec", true},
  };
}

std::vector<std::string> texts_of(const Value& value, const std::string& at) {
  const auto* array = value.as<Value::Array>();
  if (!array) throw BadInput(at, "not an array of texts", excerpt(to_toml(value)), "write [\"divergence\"]");
  std::vector<std::string> texts;
  for (const Value& item : *array) {
    const auto* text = item.as<std::string>();
    if (!text) throw BadInput(at, "not a text", excerpt(to_toml(item)), "write [\"divergence\"]");
    texts.push_back(*text);
  }
  return texts;
}

/// Which keys go with the verdict.
void check_verdict(const Case& loaded, const std::string& path, const Lines& lines) {
  const auto at = [&](const std::string& key) {
    const auto line = lines.find(key);
    return place(path, line == lines.end() ? 0 : line->second, key);
  };
  const bool sick = loaded.verdict == "sick";
  if (sick && loaded.cause.empty())
    throw BadInput(at("cause"), "a sick case without its cause", "", "name the pathology that the change causes");
  if (!sick && !loaded.cause.empty())
    throw BadInput(at("cause"), "a healthy case has no cause", excerpt(loaded.cause), "write look_alike instead");
  if (!sick && !loaded.accept.empty())
    throw BadInput(at("accept"), "a healthy case has no causes to accept", excerpt(join(loaded.accept)));
  if (sick && !loaded.look_alike.empty())
    throw BadInput(at("look_alike"), "a sick case looks like nothing else", excerpt(loaded.look_alike));
}

Spec changed(const Spec& base, const Value& change, const std::string& path) {
  const auto* table = change.as<Value::Table>();
  const std::string at = place(path, change.line, "change");
  if (!table) throw BadInput(at, "not a table of spec keys", excerpt(to_toml(change)), "write [change]");
  Spec spec = base;
  const std::vector<Field> fields = fields_of(spec);
  const std::vector<Entry> entries = leaves(change, path);
  if (entries.empty()) throw BadInput(at, "changes nothing", "", "set at least one key of the base's spec");
  for (const Entry& entry : entries) {
    const std::string key_at = place(path, entry.value.line, "change " + excerpt(entry.key));
    const Field* field = find_field(fields, entry.key);
    if (!field) refuse_key(entry.key, to_toml(entry.value), fields, key_at);
    assign(*field, entry.value, key_at);
  }
  if (spec == base) throw BadInput(at, "sets what the base has already", "", "change a value");
  validate(spec, path);
  return spec;
}

Case load_case(const Spec& base, const fs::path& file) {
  const std::string path = file.string();
  const Value root = parse_toml(read_toml_file(path), path);
  CaseKeys keys;
  const Lines lines = read_section(root, "", fields_of(keys), path);
  Case loaded{.id = base.name + "/" + file.stem().string(),
              .base = base.name,
              .verdict = keys.verdict,
              .cause = keys.cause,
              .note = keys.note,
              .look_alike = keys.look_alike,
              .base_spec = base};
  if (keys.accept) loaded.accept = texts_of(*keys.accept, place(path, keys.accept->line, "accept"));
  check_verdict(loaded, path, lines);
  loaded.spec = changed(base, *keys.change, path);
  loaded.spec.name = loaded.id;
  return loaded;
}

Case load_base(const fs::path& file) {
  Spec spec = load_spec(file.string());
  const std::string folder = file.parent_path().filename().string();
  if (spec.name != folder)
    throw BadInput(place(file.string(), 0, "name"), "a base has its folder's name", excerpt(spec.name),
                   "write name = \"" + folder + "\"");
  Case base{.id = folder + "/base", .base = folder, .verdict = "healthy", .note = "The base.", .base_spec = spec};
  base.spec = std::move(spec);
  base.spec.name = base.id;
  return base;
}

/// The .toml files of a folder, sorted.
std::vector<fs::path> toml_files(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".toml") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<fs::path> base_folders(const std::string& folder) {
  if (!fs::is_directory(folder)) throw BadInput(folder, "not a folder of cases");
  std::vector<fs::path> folders;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (!entry.is_directory() || toml_files(entry.path()).empty()) continue;
    if (!fs::exists(entry.path() / "base.toml"))
      throw BadInput(entry.path().string(), "cases without their base.toml", "", "write the healthy base's spec");
    folders.push_back(entry.path());
  }
  std::sort(folders.begin(), folders.end());
  if (folders.empty()) throw BadInput(folder, "no cases in here", "", "a case lies in <base>/<case>.toml");
  return folders;
}

}  // namespace

std::vector<Case> load_cases(const std::string& folder) {
  std::vector<Case> cases;
  bool held_out = false;
  for (const fs::path& base_folder : base_folders(folder)) {
    const Case base = load_base(base_folder / "base.toml");
    for (const fs::path& file : toml_files(base_folder)) {
      cases.push_back(file.filename() == "base.toml" ? base : load_case(base.base_spec, file));
      cases.back().held_out = held_out;
    }
    held_out = !held_out;
  }
  std::sort(cases.begin(), cases.end(), [](const Case& left, const Case& right) { return left.id < right.id; });
  return cases;
}

std::map<std::string, std::string> changes_of(const Case& labelled) {
  const Spec from = labelled.id == labelled.base + "/base" ? Spec{} : labelled.base_spec;
  return keys_that_differ(labelled.spec, from);
}

}  // namespace gradclinic
