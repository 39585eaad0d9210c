#include "gradclinic/diagnosis/chart.h"

#include <algorithm>
#include <cmath>

#include "gradclinic/spec/toml.h"
#include "gradclinic/support/statistics.h"

namespace gradclinic {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

}  // namespace

Chart::Chart(const Record& record)
    : record_(record), spec_(parse_spec(record.spec, "the record's spec")), course_(read_course(record)) {
  for (const auto& [name, table] : record.tables) {
    if (table.steps.empty()) continue;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      Place& place = places_[table.columns[i].quantity];
      place.table = &table;
      place.columns[table.columns[i].layer] = static_cast<int>(i);
    }
  }
}

std::size_t Chart::rows(const std::string& quantity) const {
  const auto place = places_.find(quantity);
  return place == places_.end() ? 0 : place->second.table->rows();
}

std::int64_t Chart::step(const std::string& quantity, std::size_t row) const {
  return places_.at(quantity).table->steps[row];
}

std::vector<float> Chart::window_values(const std::string& quantity, int layer, Window window) const {
  const auto place = places_.find(quantity);
  if (place == places_.end()) return {};
  const auto column = place->second.columns.find(layer);
  if (column == place->second.columns.end()) return {};
  const Table& table = *place->second.table;
  const auto rows = static_cast<double>(table.rows());
  const auto first = static_cast<std::size_t>(std::min(rows - 1, std::floor(window.from * rows)));
  const auto end = std::max(first + 1, static_cast<std::size_t>(std::ceil(window.to * rows)));
  std::vector<float> values;
  for (std::size_t row = first; row < std::min(end, table.rows()); ++row)
    values.push_back(table.values[row * table.columns.size() + static_cast<std::size_t>(column->second)]);
  return values;
}

std::vector<float> Chart::series(const std::string& quantity, int layer) const {
  return window_values(quantity, layer, kWhole);
}

double Chart::median(const std::string& quantity, int layer, Window window) const {
  std::vector<double> finite;
  for (float value : window_values(quantity, layer, window))
    if (std::isfinite(value)) finite.push_back(value);
  return gradclinic::median(std::move(finite));
}

double Chart::largest(const std::string& quantity, int layer, Window window) const {
  double most = kNaN;
  for (float value : window_values(quantity, layer, window))
    if (std::isfinite(value) && !(value <= most)) most = value;
  return most;
}

double Chart::fact(const std::string& name) const {
  const std::vector<float> values = series("data." + name);
  return values.empty() ? kNaN : values.front();
}

double Chart::surveyed_first(const std::string& name, int layer) const {
  const std::vector<float> values = series("survey." + name, layer);
  return values.empty() ? kNaN : values.front();
}

double Chart::surveyed_last(const std::string& name, int layer) const {
  const std::vector<float> values = series("survey." + name, layer);
  return values.empty() ? kNaN : values.back();
}

}  // namespace gradclinic
