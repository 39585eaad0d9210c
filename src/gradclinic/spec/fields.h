#pragma once

#include <limits>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "gradclinic/spec/document.h"
#include "gradclinic/spec/spec.h"

namespace gradclinic {

/// Where a key's value is kept. `const Value**` takes the TOML value as it is, for the caller to read.
using Slot = std::variant<std::string*, bool*, std::int64_t*, std::uint64_t*, double*, std::optional<std::int64_t>*,
                          std::optional<double>*, const Value**>;

/// What a key may hold, besides its type.
struct Allowed {
  const char* noun = "";                            ///< what a right value is: "an activation"
  const std::vector<std::string>* names = nullptr;  ///< texts: exactly these
  const char* catalogue = "";                       ///< the family the names come from (spec/vocabulary.h)
  double least = -std::numeric_limits<double>::infinity();
  double most = std::numeric_limits<double>::infinity();
  bool below_most = false;  ///< `most` itself is not allowed
};

/// One key of a table: its full name ("model.depth"), where it is kept, what it may hold, what it means.
struct Field {
  const char* key;
  Slot slot;
  Allowed allowed;
  const char* meaning;
  bool required = false;
};

/// Every key of a spec, on this spec's members: the one list that reading, writing, checking and describing share.
std::vector<Field> fields_of(Spec& spec);

/// The field of a full key; null when there is none.
const Field* find_field(const std::vector<Field>& fields, const std::string& key);

/// In words: "elu, gelu, relu", "a whole number from 1 to 10000", "true, false".
std::string allowed_text(const Field& field);

/// The field's value as TOML writes it; empty for an optional without one.
std::string value_text(const Field& field);

/// Checks the value that the field holds. Throws BadInput at `at`.
void check_field(const Field& field, const std::string& at);

/// Puts a TOML value into the field's slot and checks it. Whole numbers fit floats; nothing else is converted.
/// Throws BadInput at `at`.
void assign(const Field& field, const Value& value, const std::string& at);

/// The line that gives each key, for errors about combinations.
using Lines = std::map<std::string, int>;

/// Reads a section's table ("model"; "" for the top of a file) into its fields. Throws BadInput for the first unknown
/// key, wrong value or missing required key. Returns the lines.
Lines read_section(const Value& table, const std::string& section, const std::vector<Field>& fields,
                   const std::string& where);

/// Throws BadInput for a key that no field has, suggesting the nearest.
[[noreturn]] void refuse_key(const std::string& key, const std::string& value, const std::vector<Field>& fields,
                             const std::string& at);

}  // namespace gradclinic
