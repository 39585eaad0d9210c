#include "gradclinic/lab/curves.h"

#include <algorithm>
#include <cmath>

#include "gradclinic/lab/verdict.h"
#include "gradclinic/support/statistics.h"

namespace gradclinic {
namespace {

constexpr std::size_t kMostPoints = 200;

/// Evenly spaced places of a list of `count`, the last one among them.
std::vector<std::size_t> thinned_places(std::size_t count) {
  const std::size_t stride = (count + kMostPoints - 1) / kMostPoints;
  std::vector<std::size_t> places;
  for (std::size_t place = 0; place + 1 < count; place += stride) places.push_back(place);
  if (count > 0) places.push_back(count - 1);
  return places;
}

/// Keeps what counts of a run's value: NaN when it does not.
double counted(double value, const Outcome& outcome, const Measure& measure) {
  return std::isnan(value) && outcome.status == "diverged" ? comparable(value, measure) : value;
}

double value_at(const Points& points, double x) {
  const auto place = std::lower_bound(points.x.begin(), points.x.end(), x);
  return place != points.x.end() && *place == x ? points.y[static_cast<std::size_t>(place - points.x.begin())]
                                                : std::nan("");
}

}  // namespace

void add_point(double x, const std::vector<double>& values, Curve& curve) {
  curve.x.push_back(x);
  curve.median.push_back(median(values));
  curve.low.push_back(quantile(values, 0.25));
  curve.high.push_back(quantile(values, 0.75));
}

Curve curve_over_seeds(const ExperimentRuns& runs, std::size_t cell, const Extract& extract) {
  std::vector<Points> series;
  std::vector<Outcome> outcomes;
  for (const std::optional<RunResult>& result : runs.results[cell]) {
    if (!result) continue;
    series.push_back(result->points(extract));
    outcomes.push_back(result->outcome);
  }
  Curve curve;
  if (series.empty()) return curve;
  const Points longest = *std::max_element(series.begin(), series.end(), [](const Points& one, const Points& other) {
    return (one.x.empty() ? -1 : one.x.back()) < (other.x.empty() ? -1 : other.x.back());
  });
  for (const std::size_t place : thinned_places(longest.x.size())) {
    const double x = longest.x[place];
    std::vector<double> values;
    for (std::size_t run = 0; run < series.size(); ++run) {
      const double value = counted(value_at(series[run], x), outcomes[run], extract.measure);
      if (!std::isnan(value)) values.push_back(value);
    }
    add_point(x, values, curve);
  }
  return curve;
}

std::vector<double> pooled_values(const ExperimentRuns& runs, const std::vector<std::size_t>& cells,
                                  const Measure& measure) {
  std::vector<double> values;
  for (const std::size_t cell : cells) {
    for (const std::optional<RunResult>& result : runs.results[cell]) {
      const std::optional<double> raw = result ? result->value(measure) : std::nullopt;
      const double value = raw ? counted(*raw, result->outcome, measure) : std::nan("");
      if (!std::isnan(value)) values.push_back(value);
    }
  }
  return values;
}

}  // namespace gradclinic
