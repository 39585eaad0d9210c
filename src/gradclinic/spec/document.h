#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace gradclinic {

struct Entry;

/// A TOML value in plain C++, with the place it was written at.
struct Value {
  using Array = std::vector<Value>;
  using Table = std::vector<Entry>;  ///< in the order written
  /// A date or a time: known to TOML, of no use here. As written.
  struct Date {
    std::string text;
    bool operator==(const Date&) const = default;
  };

  std::variant<std::string, bool, std::int64_t, double, Date, Array, Table> content;
  int line = 0;
  int column = 0;

  template <class Type>
  const Type* as() const {
    return std::get_if<Type>(&content);
  }
};

/// A key of a table and its value.
struct Entry {
  std::string key;
  Value value;
};

/// The largest text that is read, in bytes.
inline constexpr std::size_t kLargestToml = 1 << 20;

/// Reads a TOML 1.0 text into its root table. Throws BadInput with the line for a syntax error, a key given twice,
/// text that is not UTF-8, more than kLargestToml bytes, or keys and values nested more than 32 deep.
Value parse_toml(const std::string& text, const std::string& where);

/// A file's text. Throws BadInput when it is missing, a folder, unreadable or larger than kLargestToml.
std::string read_toml_file(const std::string& path);

/// The folder that a file lies in: "." for a bare name.
std::string folder_of(const std::string& path);

/// The entries of a table and of the tables in it, under their dotted keys, in the order written: {a = 1, b.c = 2} has
/// a and b.c. Throws BadInput when two are the same. `where` names the text in errors.
std::vector<Entry> leaves(const Value& table, const std::string& where);

/// A value as TOML writes it, on one line.
std::string to_toml(const Value& value);

/// The same for plain values: a text in quotes; the shortest number that reads back the same, floats with a point or
/// an exponent.
std::string to_toml(const std::string& text);
std::string to_toml(double number);

/// Where an error is: "file.toml:12 model.depth"; parts that are empty or 0 are left out.
std::string place(const std::string& where, int line, const std::string& key);

}  // namespace gradclinic
