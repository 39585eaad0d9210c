#include "gradclinic/record/record.h"

#include <algorithm>
#include <set>

namespace gradclinic {

int Table::find(const Column& column) const {
  const auto place = std::find(columns.begin(), columns.end(), column);
  return place == columns.end() ? -1 : static_cast<int>(place - columns.begin());
}

std::vector<float> Table::series(int column_index) const {
  std::vector<float> column(rows());
  for (std::size_t row = 0; row < rows(); ++row) column[row] = values[row * columns.size() + column_index];
  return column;
}

Series Record::series(const std::string& quantity, int layer) const {
  for (const auto& [schedule, table] : tables) {
    const int place = table.find({quantity, layer});
    if (place >= 0) return {table.steps, table.series(place)};
  }
  return {};
}

std::vector<int> Record::layers(const std::string& quantity) const {
  std::set<int> found;
  for (const auto& [schedule, table] : tables)
    for (const Column& column : table.columns)
      if (column.quantity == quantity) found.insert(column.layer);
  return {found.begin(), found.end()};
}

}  // namespace gradclinic
