#include "gradclinic/lab/evaluate.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>

#include "gradclinic/support/error.h"
#include "gradclinic/support/statistics.h"
#include "gradclinic/support/text.h"

namespace gradclinic {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

bool any_nan(const std::vector<double>& values) {
  return std::any_of(values.begin(), values.end(), [](double value) { return std::isnan(value); });
}

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double spread_of(const std::vector<double>& values) {
  const double mean = mean_of(values);
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / static_cast<double>(values.size()));
}

double best_of(const std::vector<double>& values, bool larger) {
  double best = kNaN;
  for (const double value : values) {
    if (std::isnan(value)) continue;
    if (std::isnan(best) || (larger ? value > best : value < best)) best = value;
  }
  return best;
}

double moment_of(const Measure& measure, const std::vector<double>& values, const Outcome& outcome) {
  if (values.empty()) return kNaN;
  switch (measure.moment) {
    case Moment::start:
      return values.front();
    case Moment::final:
      return outcome.status == "diverged" && std::isfinite(values.back()) ? kNaN : values.back();
    case Moment::best:
      return best_of(values, larger_is_better(measure.quantity));
    case Moment::min:
      return best_of(values, false);
    case Moment::max:
      return any_nan(values) ? kNaN : *std::max_element(values.begin(), values.end());
    case Moment::mean:
      return mean_of(values);
    case Moment::median:
      return any_nan(values) ? kNaN : median(values);
    case Moment::spread:
      return spread_of(values);
  }
  return kNaN;
}

double steps_to(const Threshold& threshold, const Points& series) {
  for (std::size_t i = 0; i < series.y.size(); ++i)
    if (threshold.below ? series.y[i] < threshold.value : series.y[i] > threshold.value) return series.x[i];
  return kInfinity;
}

[[noreturn]] void report_missing(const Measure& measure, const Record& record, const std::string& what) {
  std::set<std::string> known;
  for (const auto& [schedule, table] : record.tables)
    for (const Column& column : table.columns) known.insert(column.quantity);
  throw BadInput("measure `" + measure.text + "`", what, measure.quantity,
                 advise(measure.quantity, {known.begin(), known.end()}));
}

/// The layers that a measure reads; {0} for the whole network.
std::vector<int> layers_read(const Measure& measure, const Record& record) {
  std::vector<int> known = record.layers(measure.quantity);
  if (known.empty()) report_missing(measure, record, "the run recorded no such quantity");
  const auto has = [&](int layer) { return std::find(known.begin(), known.end(), layer) != known.end(); };
  switch (measure.layers) {
    case Layers::whole:
      if (!has(0)) report_missing(measure, record, "is measured per layer: say which (first, last, max, ...)");
      return {0};
    case Layers::first:
      return {known.front()};
    case Layers::last:
      return {known.back()};
    case Layers::first_over_last:
      return {known.front(), known.back()};
    case Layers::number:
      if (!has(measure.layer)) report_missing(measure, record, "was not recorded for that layer");
      return {measure.layer};
    case Layers::mean:
    case Layers::median:
    case Layers::max:
    case Layers::min:
      return known;
  }
  return known;
}

double over(const Measure& measure, const std::vector<double>& values) {
  switch (measure.layers) {
    case Layers::first_over_last:
      return values.front() == 0 ? 0 : values.front() / values.back();
    case Layers::mean:
      return mean_of(values);
    case Layers::median:
      return any_nan(values) ? kNaN : median(values);
    case Layers::max:
      return any_nan(values) ? kNaN : *std::max_element(values.begin(), values.end());
    case Layers::min:
      return any_nan(values) ? kNaN : *std::min_element(values.begin(), values.end());
    default:
      return values.front();
  }
}

}  // namespace

Points over_steps(const Measure& measure, const Record& record) {
  std::vector<Series> layers;
  for (const int layer : layers_read(measure, record)) layers.push_back(record.series(measure.quantity, layer));
  Points points;
  std::vector<double> values(layers.size());
  for (std::size_t row = 0; row < layers.front().steps.size(); ++row) {
    for (std::size_t layer = 0; layer < layers.size(); ++layer)
      values[layer] = static_cast<double>(layers[layer].values[row]);
    points.x.push_back(static_cast<double>(layers.front().steps[row]));
    points.y.push_back(over(measure, values));
  }
  return points;
}

double evaluate(const Measure& measure, const Record& record) {
  const Points series = over_steps(measure, record);
  return measure.steps_to ? steps_to(*measure.steps_to, series) : moment_of(measure, series.y, record.outcome);
}

Points over_layers(const Measure& measure, const Record& record) {
  const std::vector<int> known = record.layers(measure.quantity);
  if (known.empty()) report_missing(measure, record, "the run recorded no such quantity");
  Points points;
  for (const int layer : known) {
    if (layer == 0) continue;
    const Series series = record.series(measure.quantity, layer);
    points.x.push_back(layer);
    points.y.push_back(moment_of(measure, {series.values.begin(), series.values.end()}, record.outcome));
  }
  return points;
}

}  // namespace gradclinic
