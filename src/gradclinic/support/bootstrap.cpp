#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "gradclinic/support/statistics.h"

namespace gradclinic {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

double normal_probability(double z) { return std::erfc(-z / std::sqrt(2.0)) / 2; }

double normal_quantile(double probability) {
  double low = -38;
  double high = 38;
  for (int i = 0; i < 100; ++i) {
    const double middle = (low + high) / 2;
    (normal_probability(middle) < probability ? low : high) = middle;
  }
  return (low + high) / 2;
}

std::vector<double> resampled(std::span<const double> values,
                              const std::function<double(std::span<const double>)>& statistic, int resamples,
                              std::uint64_t seed) {
  std::mt19937_64 generator(seed);
  std::vector<double> sample(values.size());
  std::vector<double> statistics(static_cast<std::size_t>(resamples));
  for (double& entry : statistics) {
    // Not std::uniform_int_distribution: its numbers differ between standard libraries.
    for (double& value : sample) value = values[generator() % values.size()];
    entry = statistic(sample);
  }
  return statistics;
}

/// A sixth of the skewness of the statistic's influence, by leaving out one observation at a time.
double acceleration(std::span<const double> values, const std::function<double(std::span<const double>)>& statistic) {
  std::vector<double> left_out;
  double mean = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::vector<double> others(values.begin(), values.end());
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
    left_out.push_back(statistic(others));
    mean += left_out.back() / static_cast<double>(values.size());
  }
  double squares = 0;
  double cubes = 0;
  for (const double value : left_out) {
    squares += (mean - value) * (mean - value);
    cubes += (mean - value) * (mean - value) * (mean - value);
  }
  const double a = cubes / (6 * std::pow(squares, 1.5));
  return std::isfinite(a) ? a : 0;
}

}  // namespace

Interval bootstrap_interval(std::span<const double> values,
                            const std::function<double(std::span<const double>)>& statistic, BootstrapKind kind,
                            double confidence, int resamples, std::uint64_t seed) {
  constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
  if (values.size() < 2) return {-kInfinity, kInfinity, 1};
  const std::vector<double> statistics = resampled(values, statistic, resamples, seed);
  double low = (1 - confidence) / 2;
  double high = 1 - low;
  if (kind == BootstrapKind::bias_corrected_accelerated) {
    const double whole = statistic(values);
    double below = 0;
    for (const double entry : statistics) below += entry < whole ? 1 : entry > whole ? 0 : 0.5;
    // Half a resample away from 0 and 1 keeps the bias finite when all resamples lie on one side.
    const double count = static_cast<double>(resamples);
    const double bias = normal_quantile(std::clamp(below / count, 0.5 / count, 1 - 0.5 / count));
    const double a = acceleration(values, statistic);
    const auto corrected = [&](double share) {
      const double shifted = bias + normal_quantile(share);
      return normal_probability(bias + shifted / (1 - a * shifted));
    };
    low = corrected(low);
    high = corrected(high);
  }
  return {quantile(statistics, low), quantile(statistics, high), kUnknown};
}

}  // namespace gradclinic
