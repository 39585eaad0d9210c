#include "gradclinic/record/export.h"

#include <fmt/format.h>

#include <filesystem>
#include <iterator>

#include "gradclinic/support/file.h"
#include "gradclinic/support/npz.h"

namespace gradclinic {
namespace {

std::string name_of(const Column& column) { return fmt::format("{}[{}]", column.quantity, column.layer); }

/// A field as RFC 4180 quotes it.
std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char letter : text) quoted += letter == '"' ? std::string("\"\"") : std::string(1, letter);
  return quoted + "\"";
}

std::string to_csv(const Table& table) {
  std::string csv = "step";
  for (const Column& column : table.columns) {
    csv += ',';
    csv += csv_field(name_of(column));
  }
  csv += '\n';
  const float* value = table.values.data();
  for (const std::int64_t step : table.steps) {
    fmt::format_to(std::back_inserter(csv), "{}", step);
    for (std::size_t column = 0; column < table.columns.size(); ++column)
      fmt::format_to(std::back_inserter(csv), ",{}", *value++);
    csv += '\n';
  }
  return csv;
}

}  // namespace

std::string export_csv(const Record& record, const std::string& folder) {
  std::string paths;
  for (const auto& [name, table] : record.tables) {
    const std::string path = (std::filesystem::path(folder) / (file_name_of(name) + ".csv")).string();
    write_file(path, to_csv(table));
    paths += (paths.empty() ? "" : "\n") + path;
  }
  return paths;
}

std::string export_npz(const Record& record, const std::string& path) {
  NpzWriter archive;
  for (const auto& [name, table] : record.tables) {
    const std::string prefix = file_name_of(name) + ".";
    std::vector<std::string> columns;
    for (const Column& column : table.columns) columns.push_back(name_of(column));
    archive.add(prefix + "steps", table.steps);
    archive.add(prefix + "values", table.values, table.rows(), table.columns.size());
    archive.add(prefix + "columns", columns);
  }
  archive.add("spec", record.spec);
  archive.write(path);
  return path;
}

}  // namespace gradclinic
