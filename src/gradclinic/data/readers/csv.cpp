#include "gradclinic/data/readers/csv.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "gradclinic/data/readers/csv_cells.h"
#include "gradclinic/support/error.h"
#include "gradclinic/support/text.h"

namespace gradclinic {
namespace {

constexpr const char* kRemedy = "fill it in, or leave the row or the column out";

/// The whole cell as a number; empty when it is not one.
std::optional<double> number_in(std::string_view cell) {
  if (cell.starts_with('+') && !cell.starts_with("+-")) cell.remove_prefix(1);
  double number = 0;
  const char* end = cell.data() + cell.size();
  const auto [stop, error] = std::from_chars(cell.data(), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

double finite_number(const CsvCells& cells, const std::string& title) {
  const std::string_view cell = cells.cell();
  if (cell.empty()) cells.reject("a cell without a value", title, kRemedy);
  const std::optional<double> number = number_in(cell);
  if (!number) cells.reject("not a number", title, kRemedy);
  if (!std::isfinite(static_cast<float>(*number))) cells.reject("not a finite number of 32 bits", title, kRemedy);
  return *number;
}

Index place_of(const std::string& target, const std::vector<std::string>& titles, const CsvCells& cells) {
  const auto count = std::count(titles.begin(), titles.end(), target);
  if (count == 0) cells.reject_row("no column has the target's name `" + target + "`", excerpt(join(titles), 200));
  if (count > 1)
    cells.reject_row("several columns have the target's name `" + target + "`", excerpt(join(titles), 200));
  return std::find(titles.begin(), titles.end(), target) - titles.begin();
}

/// A target cell is a number or, where text is allowed, a label; the first row decides which for all.
void read_target(const CsvCells& cells, const std::string& title, bool text_allowed, CsvTable& table) {
  const bool is_text = text_allowed && !cells.cell().empty() && !number_in(cells.cell());
  if (is_text && table.targets.empty()) {
    table.labels.emplace_back(cells.cell());
  } else if (table.labels.empty()) {
    table.targets.push_back(finite_number(cells, title));
  } else if (cells.cell().empty()) {
    cells.reject("a cell without a value", title, kRemedy);
  } else {
    cells.reject("a number among text labels", title, "write every label as text, or every label as a number");
  }
}

}  // namespace

CsvTable read_csv(std::string_view text, const std::string& name, const std::string& target, bool text_labels,
                  Index limit) {
  CsvCells cells(text, name);
  if (!cells.next_row()) throw BadInput(name, "no header row", "", "the first line must name the columns");
  std::vector<std::string> titles;
  while (cells.next_cell()) titles.emplace_back(cells.cell());
  const Index columns = static_cast<Index>(titles.size());
  if (columns < 2)
    cells.reject_row("one column where features and a target are needed", excerpt(join(titles), 200),
                     "separate the cells by commas");
  const Index target_column = place_of(target, titles, cells);

  CsvTable table;
  Buffer<float>& values = table.inputs.values;
  Index rows = 0;
  while ((limit <= 0 || rows < limit) && cells.next_row()) {
    while (cells.next_cell()) {
      const Index column = cells.column() - 1;
      if (column >= columns) continue;  // counted below
      const std::string& title = titles[static_cast<std::size_t>(column)];
      if (column == target_column) {
        read_target(cells, title, text_labels, table);
      } else {
        values.push_back(static_cast<float>(finite_number(cells, title)));
      }
    }
    if (cells.column() != columns)
      cells.reject_row("not " + std::to_string(columns) + " cells as in the header", std::to_string(cells.column()));
    ++rows;
  }
  if (rows == 0) throw BadInput(name, "no rows below the header");
  titles.erase(titles.begin() + target_column);
  table.features = std::move(titles);
  table.inputs.rows = rows;
  table.inputs.columns = columns - 1;
  return table;
}

}  // namespace gradclinic
