#include "gradclinic/spec/factors.h"

#include <fmt/format.h>

#include <algorithm>

#include "gradclinic/spec/experiment_fields.h"
#include "gradclinic/spec/toml.h"
#include "gradclinic/support/error.h"
#include "gradclinic/support/text.h"

namespace gradclinic {

namespace {

bool is_spec_key(const std::string& name) {
  Spec spec;
  return find_field(fields_of(spec), name) != nullptr;
}

/// A plain value's label: the value as the spec holds it, so that 1 and 1.0 are the same learning rate.
std::string label_of(const std::string& key, const Value& value, const std::string& at) {
  Spec spec;
  const std::vector<Field> fields = fields_of(spec);
  assign(*find_field(fields, key), value, at);
  return get_key(spec, key);
}

FactorValue read_bundle(const Value& value, const std::string& where, const std::string& name) {
  BundleKeys keys;
  const Lines lines = read_section(value, "factors", fields_of(keys), where);
  FactorValue result{keys.label, {}};
  if (!keys.set) return result;
  const std::string key = "factors." + name;
  if (!keys.set->as<Value::Table>()) {
    throw BadInput(place(where, keys.set->line, key), "not a table of spec keys", excerpt(to_toml(*keys.set)),
                   "write set = { \"model.norm\" = \"batch\" }");
  }
  Spec spec;
  const std::vector<Field> fields = fields_of(spec);
  for (const Entry& entry : leaves(*keys.set, where)) {
    const std::string at = place(where, entry.value.line, key + " " + excerpt(entry.key));
    const Field* field = find_field(fields, entry.key);
    if (!field) refuse_key(entry.key, to_toml(entry.value), fields, at);
    assign(*field, entry.value, at);
    result.set.emplace_back(entry.key, to_toml(entry.value));
  }
  return result;
}

Factor read_factor(const Entry& entry, const std::string& where) {
  Factor factor{entry.key, {}};
  const std::string key = "factors." + excerpt(entry.key);
  const std::string at = place(where, entry.value.line, key);
  const auto* values = entry.value.as<Value::Array>();
  if (!values || values->empty()) {
    throw BadInput(at, "not an array of values", excerpt(to_toml(entry.value)), "write [value, value, ...]");
  }
  const auto is_table = [](const Value& value) { return value.as<Value::Table>() != nullptr; };
  const bool bundles = std::all_of(values->begin(), values->end(), is_table);
  const bool spec_key = is_spec_key(entry.key);
  if (!bundles && !spec_key) {
    Spec spec;
    refuse_key(entry.key, to_toml(entry.value), fields_of(spec), at);
  }
  if (bundles && spec_key) {
    throw BadInput(at, "a spec key takes plain values", excerpt(to_toml(entry.value)),
                   "give the bundles a name that is no spec key");
  }
  if (entry.key == "seed" || entry.key == "name") {
    throw BadInput(at, "cannot be a factor", "", "every cell has a name and experiment.seeds seeds");
  }
  for (const Value& value : *values) {
    const std::string here = place(where, value.line, key);
    FactorValue read = bundles ? read_bundle(value, where, entry.key)
                               : FactorValue{label_of(entry.key, value, here), {{entry.key, to_toml(value)}}};
    for (const FactorValue& other : factor.values) {
      if (other.label == read.label) throw BadInput(here, "this value is given twice", excerpt(read.label));
    }
    factor.values.push_back(std::move(read));
  }
  return factor;
}

void claim_keys(const Factor& factor, const std::string& at, int line, std::map<std::string, std::string>& owners,
                Lines& lines) {
  for (const FactorValue& value : factor.values) {
    for (const auto& [key, text] : value.set) {
      const auto [owner, is_new] = owners.emplace(key, factor.name);
      if (!is_new && owner->second != factor.name) {
        throw BadInput(at, "sets a key that factor " + owner->second + " sets too", key,
                       "one factor must set it alone");
      }
      lines[key] = line;
    }
  }
}

std::vector<std::string> labels_of(const Factor& factor) {
  std::vector<std::string> labels;
  for (const FactorValue& value : factor.values) labels.push_back(value.label);
  return labels;
}

std::string existing_label(const Factor& factor, const Value& value, const std::string& at) {
  std::string label;
  if (is_spec_key(factor.name)) {
    label = label_of(factor.name, value, at);
  } else {
    const auto* text = value.as<std::string>();
    label = text ? *text : to_toml(value);
  }
  const std::vector<std::string> labels = labels_of(factor);
  if (std::find(labels.begin(), labels.end(), label) == labels.end()) {
    throw BadInput(at, "not a value of this factor", excerpt(label), advise(label, labels));
  }
  return label;
}

const Factor* find_factor(const std::vector<Factor>& factors, const std::string& name) {
  const auto found = std::find_if(factors.begin(), factors.end(), [&](const Factor& f) { return f.name == name; });
  return found == factors.end() ? nullptr : &*found;
}

}  // namespace

void check_factor(const std::string& name, const std::vector<Factor>& factors, const std::string& at) {
  if (find_factor(factors, name)) return;
  std::vector<std::string> names;
  for (const Factor& factor : factors) names.push_back(factor.name);
  throw BadInput(at, "not a factor of this experiment", excerpt(name), advise(name, names));
}

std::vector<Factor> read_factors(const Value& table, const std::string& where, Lines& lines) {
  if (!table.as<Value::Table>()) {
    throw BadInput(place(where, table.line, "factors"), "not a section", excerpt(to_toml(table)),
                   "write [factors] and a line `key = [value, value]` for each");
  }
  std::vector<Factor> factors;
  std::map<std::string, std::string> owners;
  std::size_t combinations = 1;
  for (const Entry& entry : leaves(table, where)) {
    const std::string at = place(where, entry.value.line, "factors." + excerpt(entry.key));
    factors.push_back(read_factor(entry, where));
    claim_keys(factors.back(), at, entry.value.line, owners, lines);
    combinations *= factors.back().values.size();
    if (combinations > kMostCells) {
      throw BadInput(at, "the factors have too many combinations", fmt::format("{} and more", combinations),
                     fmt::format("allowed: up to {}", kMostCells));
    }
  }
  return factors;
}

Selection read_selection(const Value& table, const std::vector<Factor>& factors, const std::string& where,
                         const std::string& key) {
  if (!table.as<Value::Table>()) {
    throw BadInput(place(where, table.line, key), "not a table of factors", excerpt(to_toml(table)),
                   "write { \"factor\" = value }");
  }
  Selection selection;
  for (const Entry& entry : leaves(table, where)) {
    const std::string at = place(where, entry.value.line, key + " " + excerpt(entry.key));
    check_factor(entry.key, factors, at);
    const Factor& factor = *find_factor(factors, entry.key);
    std::vector<std::string>& labels = selection[entry.key];
    if (const auto* several = entry.value.as<Value::Array>()) {
      for (const Value& value : *several) labels.push_back(existing_label(factor, value, at));
      if (labels.empty()) throw BadInput(at, "no value is given", "[]", advise("", labels_of(factor)));
    } else {
      labels.push_back(existing_label(factor, entry.value, at));
    }
  }
  return selection;
}

}  // namespace gradclinic
