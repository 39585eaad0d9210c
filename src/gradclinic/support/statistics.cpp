#include "gradclinic/support/statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace gradclinic {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

double nan_as_infinity(double value) { return std::isnan(value) ? kInfinity : value; }

void sort_with_nan_as_infinity(std::vector<double>& values) {
  std::transform(values.begin(), values.end(), values.begin(), nan_as_infinity);
  std::sort(values.begin(), values.end());
}

double between(double low, double high, double share) {
  if (share == 0 || low == high) return low;
  if (std::isinf(low) && std::isinf(high)) return 0;
  if (std::isinf(low)) return low;
  if (std::isinf(high)) return high;
  return low + share * (high - low);
}

double sorted_quantile(const std::vector<double>& sorted, double share) {
  const double position = std::clamp(share, 0.0, 1.0) * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return between(sorted[below], sorted[above], position - static_cast<double>(below));
}

std::int64_t count_above(std::span<const double> values, double reference) {
  return std::count_if(values.begin(), values.end(), [&](double value) { return nan_as_infinity(value) > reference; });
}

}  // namespace

double quantile(std::vector<double> values, double share) {
  if (values.empty()) return kNaN;
  sort_with_nan_as_infinity(values);
  return sorted_quantile(values, share);
}

double median(std::vector<double> values) { return quantile(std::move(values), 0.5); }

Interval median_interval(std::vector<double> values, double confidence) {
  sort_with_nan_as_infinity(values);
  const auto n = static_cast<std::int64_t>(values.size());
  Interval interval{-kInfinity, kInfinity, 1};
  for (std::int64_t k = 0; 2 * (k + 1) <= n; ++k) {
    const double coverage = 1 - 2 * binomial_at_most(k, n, 0.5);
    if (coverage < confidence) break;
    interval = {values[k], values[n - 1 - k], coverage};
  }
  return interval;
}

double binomial_at_most(std::int64_t successes, std::int64_t trials, double probability) {
  if (successes < 0) return 0;
  if (successes >= trials || probability <= 0) return 1;
  if (probability >= 1) return 0;
  // Term by term in logarithms: 2^-n underflows from n = 1075, and std::lgamma is not safe among threads.
  double log_term = static_cast<double>(trials) * std::log1p(-probability);
  double sum = std::exp(log_term);
  for (std::int64_t k = 1; k <= successes; ++k) {
    log_term +=
        std::log(static_cast<double>(trials - k + 1) / static_cast<double>(k) * probability / (1 - probability));
    sum += std::exp(log_term);
  }
  return std::min(sum, 1.0);
}

double sign_test_above(std::span<const double> values, double reference) {
  const auto count = static_cast<std::int64_t>(values.size());
  return binomial_at_most(count - count_above(values, reference), count, 0.5);
}

double sign_test_not_above(std::span<const double> values, double reference) {
  return binomial_at_most(count_above(values, reference), static_cast<std::int64_t>(values.size()), 0.5);
}

double sign_test(std::span<const double> values, double reference) {
  return std::min(1.0, 2 * std::min(sign_test_above(values, reference), sign_test_not_above(values, reference)));
}

Interval binomial_interval(std::int64_t successes, std::int64_t trials, double confidence) {
  const double tail = (1 - confidence) / 2;
  // The probability at which the tail is as small as allowed; the tail falls (or rises) monotonically.
  const auto bisect = [](auto is_low_enough) {
    double low = 0;
    double high = 1;
    for (int i = 0; i < 100; ++i) {
      const double middle = (low + high) / 2;
      (is_low_enough(middle) ? low : high) = middle;
    }
    return (low + high) / 2;
  };
  Interval interval{0, 1, confidence};
  if (successes > 0)
    interval.low = bisect([&](double p) { return 1 - binomial_at_most(successes - 1, trials, p) < tail; });
  if (successes < trials)
    interval.high = bisect([&](double p) { return binomial_at_most(successes, trials, p) > tail; });
  return interval;
}

std::vector<double> holm_adjusted(const std::vector<double>& p_values) {
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p_values[a] < p_values[b]; });
  std::vector<double> adjusted(p_values.size());
  double largest = 0;
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    largest = std::max(largest, p_values[order[rank]] * static_cast<double>(order.size() - rank));
    adjusted[order[rank]] = std::min(largest, 1.0);
  }
  return adjusted;
}

}  // namespace gradclinic
