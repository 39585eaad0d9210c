#include "gradclinic/data/readers/csv_cells.h"

#include <algorithm>

#include "gradclinic/support/error.h"
#include "gradclinic/support/text.h"

namespace gradclinic {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool is_blank(char c) { return c == ' ' || c == '\t'; }

std::string_view trimmed(std::string_view cell) {
  while (!cell.empty() && is_blank(cell.front())) cell.remove_prefix(1);
  while (!cell.empty() && is_blank(cell.back())) cell.remove_suffix(1);
  return cell;
}

}  // namespace

CsvCells::CsvCells(std::string_view text, const std::string& name) : text_(text), name_(name) {
  if (text_.starts_with(kByteOrderMark)) at_ = kByteOrderMark.size();
}

bool CsvCells::next_row() {
  while (!row_ended_) next_cell();
  while (at_ < text_.size()) {
    std::size_t end = at_;
    while (end < text_.size() && is_blank(text_[end])) ++end;
    if (end < text_.size() && text_[end] == '\r') ++end;
    if (end < text_.size() && text_[end] != '\n') break;
    at_ = std::min(end + 1, text_.size());
    ++line_;
  }
  if (at_ >= text_.size()) return false;
  row_line_ = line_;
  column_ = 0;
  row_ended_ = false;
  return true;
}

bool CsvCells::next_cell() {
  if (row_ended_) return false;
  ++column_;
  cell_line_ = line_;
  while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  if (at_ < text_.size() && text_[at_] == '"') {
    read_quoted();
  } else {
    const std::size_t start = at_;
    while (at_ < text_.size() && text_[at_] != ',' && text_[at_] != '\n') ++at_;
    std::string_view cell = text_.substr(start, at_ - start);
    if (cell.ends_with('\r') && (at_ == text_.size() || text_[at_] == '\n')) cell.remove_suffix(1);
    cell_ = trimmed(cell);
  }
  row_ended_ = at_ >= text_.size() || text_[at_] == '\n';
  if (row_ended_) ++line_;
  ++at_;
  return true;
}

void CsvCells::read_quoted() {
  unescaped_.clear();
  const std::size_t start = ++at_;
  for (bool doubled = true; doubled;) {
    const std::size_t quote = text_.find('"', at_);
    cell_ = text_.substr(at_, quote - at_);
    if (quote == std::string_view::npos) reject("a quote that is not closed");
    at_ = quote + 1;
    doubled = at_ < text_.size() && text_[at_] == '"';
    if (doubled) (unescaped_ += cell_) += text_[at_++];
  }
  if (!unescaped_.empty()) cell_ = unescaped_ += cell_;
  line_ += std::count(text_.begin() + static_cast<Index>(start), text_.begin() + static_cast<Index>(at_), '\n');
  while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  if (text_.substr(at_).starts_with("\r\n") || text_.substr(at_) == "\r") ++at_;
  if (at_ < text_.size() && text_[at_] != ',' && text_[at_] != '\n') reject("text after the closing quote");
}

void CsvCells::reject(const std::string& what, const std::string& title, const std::string& advice) const {
  std::string where = name_ + ":" + std::to_string(cell_line_) + " column " + std::to_string(column_);
  if (!title.empty()) where += " (" + excerpt(title) + ")";
  throw BadInput(where, what, excerpt(cell_), advice);
}

void CsvCells::reject_row(const std::string& what, const std::string& got, const std::string& advice) const {
  throw BadInput(name_ + ":" + std::to_string(row_line_), what, got, advice);
}

}  // namespace gradclinic
