#pragma once

#include <string>
#include <string_view>

#include "gradclinic/tensor/view.h"

namespace gradclinic {

/// Walks over the cells of a CSV text (RFC 4180: quoted cells, doubled quotes, LF or CRLF; a byte order mark and blank
/// lines are skipped). A quoted cell may hold commas and line ends.
class CsvCells {
 public:
  /// `text` and `name` (the file's name in errors) must outlive the walk.
  CsvCells(std::string_view text, const std::string& name);

  /// Goes to the next row; false at the end of the text.
  bool next_row();
  /// Goes to the row's next cell; false at the row's end. Throws BadInput for a quote that is not closed, or closed
  /// before the cell's end.
  bool next_cell();

  /// The cell, valid until the next one: without quotes and without the spaces and tabs around it.
  std::string_view cell() const { return cell_; }
  /// The current cell's place in its row, from 1.
  Index column() const { return column_; }

  /// Throws BadInput: "[name:line column c (title)] what (got `cell`); advice".
  [[noreturn]] void reject(const std::string& what, const std::string& title = "",
                           const std::string& advice = "") const;
  /// Throws BadInput about the whole row: "[name:line] what (got `got`); advice".
  [[noreturn]] void reject_row(const std::string& what, const std::string& got, const std::string& advice = "") const;

 private:
  void read_quoted();

  std::string_view text_;
  const std::string& name_;
  std::size_t at_ = 0;
  Index line_ = 1;      // where the walk is
  Index row_line_ = 0;  // where the row began; 0 before the first
  Index cell_line_ = 1;
  Index column_ = 0;
  bool row_ended_ = true;
  std::string_view cell_;
  std::string unescaped_;  // a cell that had doubled quotes
};

}  // namespace gradclinic
