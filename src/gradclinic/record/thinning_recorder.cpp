#include "gradclinic/record/thinning_recorder.h"

#include <algorithm>

namespace gradclinic {
namespace {

void keep_every_second_row(Table& table) {
  const std::size_t columns = table.columns.size();
  std::size_t kept = 0;
  for (std::size_t row = 0; row < table.rows(); row += 2, ++kept) {
    table.steps[kept] = table.steps[row];
    std::copy_n(table.values.begin() + static_cast<std::ptrdiff_t>(row * columns), columns,
                table.values.begin() + static_cast<std::ptrdiff_t>(kept * columns));
  }
  table.steps.resize(kept);
  table.values.resize(kept * columns);
}

}  // namespace

void ThinningRecorder::append(const std::string& table, std::int64_t step, const float* values) {
  MemoryRecorder::append(table, step, values);
  const auto most = most_rows_.find(table);
  Table& into = table_of(table);
  if (most == most_rows_.end() || into.rows() < most->second) return;
  keep_every_second_row(into);
  intervals_[table] = 2 * interval(table);
}

std::int64_t ThinningRecorder::interval(const std::string& table) const {
  const auto interval = intervals_.find(table);
  return interval == intervals_.end() ? 1 : interval->second;
}

}  // namespace gradclinic
