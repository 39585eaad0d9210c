#include "gradclinic/theory/moments.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "gradclinic/theory/gaussian.h"

namespace gradclinic {
namespace {

/// The integral of e^(-xt) / t^n over t > 1 for n = 3/2 and 5/2 (Abramowitz & Stegun 5.1.4, 5.1.14).
double exponential_integral(double x, bool three_halves) {
  const double one_half = x > 0 ? std::sqrt(std::numbers::pi / x) * std::erfc(std::sqrt(x)) : 0;
  const double lower = 2 * (std::exp(-x) - x * one_half);
  return three_halves ? lower : 2.0 / 3 * (std::exp(-x) - x * lower);
}

constexpr double kSmallest = 1e-16;
constexpr double kLargest = 1e200;
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// An activation and its slope at the nodes of a rule.
struct Sampled {
  GaussianRule rule;
  std::vector<double> values;
  std::vector<double> slopes;
};

Sampled sample(const Activation& activation, double mean, double variance) {
  Sampled sampled{.rule = gaussian_rule(mean, std::max(variance, kSmallest))};
  const std::size_t count = sampled.rule.points.size();
  const Index size = static_cast<Index>(count);
  sampled.values.resize(count);
  sampled.slopes.assign(count, 1);
  const View<const double> points{sampled.rule.points.data(), 1, size};
  const View<double> values{sampled.values.data(), 1, size};
  const View<double> slopes{sampled.slopes.data(), 1, size};
  activation.forward64(points, values);
  activation.backward64(points, values, slopes, slopes);
  return sampled;
}

HermiteSeries hermite_series(const GaussianRule& rule, const std::vector<double>& f, bool jump) {
  HermiteSeries series{.has_jump = jump};
  const std::size_t size = rule.z.size();
  std::vector<double> before(size, 0), now(size);
  // now[i] = weight * f * h_k: the recurrence of the polynomials holds for the products, too.
  for (std::size_t i = 0; i < size; ++i) now[i] = rule.weights[i] * f[i];
  for (std::size_t i = 0; i < size; ++i) series.rest += rule.weights[i] * f[i] * f[i];
  for (int k = 0; k < HermiteSeries::kTerms; ++k) {
    const double down = std::sqrt(static_cast<double>(k)), up = 1 / std::sqrt(k + 1.0);
    double coefficient = 0;
    for (std::size_t i = 0; i < size; ++i) {
      coefficient += now[i];
      const double next = (rule.z[i] * now[i] - down * before[i]) * up;
      before[i] = now[i];
      now[i] = next;
    }
    series.squares[k] = coefficient * coefficient;
    series.rest -= series.squares[k];
  }
  series.rest = std::max(series.rest, 0.0);
  return series;
}

double phi_at(const Activation& activation, double u) {
  double value = 0;
  activation.forward64({&u, 1, 1}, {&value, 1, 1});
  return value;
}

bool is_saturated(const Activation& activation, double value) {
  return value <= activation.saturated_low || value >= activation.saturated_high;
}

/// Where between two nodes saturation begins or ends.
double border(const Activation& activation, double mean, double deviation, double low, double high) {
  const bool at_low = is_saturated(activation, phi_at(activation, mean + deviation * low));
  for (int halving = 0; halving < 40; ++halving) {
    const double middle = (low + high) / 2;
    (is_saturated(activation, phi_at(activation, mean + deviation * middle)) == at_low ? low : high) = middle;
  }
  return low;
}

double saturated_share(const Activation& activation, const GaussianRule& rule, const std::vector<double>& phi,
                       double mean, double deviation) {
  const auto below = [](double z) { return std::erfc(-z * std::numbers::sqrt2 / 2) / 2; };
  double share = 0;
  double start = -std::numeric_limits<double>::infinity();
  bool saturated = is_saturated(activation, phi.front());
  for (std::size_t i = 1; i < phi.size(); ++i) {
    if (is_saturated(activation, phi[i]) == saturated) continue;
    const double end = border(activation, mean, deviation, rule.z[i - 1], rule.z[i]);
    if (saturated) share += below(end) - below(start);
    saturated = !saturated;
    start = end;
  }
  return saturated ? share + 1 - below(start) : share;
}

}  // namespace

double HermiteSeries::at(double c) const {
  double sum = 0;
  for (int k = kTerms; k-- > 0;) sum = sum * c + squares[k];
  if (c <= 0) return sum;
  // The terms of ReLU, every second one, go as (k - 0.7)^-5/2, those of its slope as (k - 1/6)^-3/2 (Stirling); their
  // sum is the integral from half a pair before the first.
  const double shift = has_jump ? 1.0 / 6 : 0.7;
  const double start = (has_jump ? kTerms : kTerms - 1) - shift;
  const double decay = -std::log(c);
  const double share = (has_jump ? 0.5 : 1.5) * exponential_integral(start * decay, has_jump);
  return sum + rest * std::exp(-shift * decay) * share;
}

ActivationMoments activation_moments(const Activation& activation, double mean, double variance) {
  if (!(variance <= kLargest)) return {kNone, std::numeric_limits<double>::infinity(), kNone, kNone, kNone};
  const Sampled sampled = sample(activation, mean, variance);
  const auto& [rule, values, slopes] = sampled;
  const double deviation = std::sqrt(std::max(variance, kSmallest));
  ActivationMoments moments;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double weight = rule.weights[i];
    moments.mean += weight * values[i];
    moments.mean_square += weight * values[i] * values[i];
    moments.slope_square += weight * slopes[i] * slopes[i];
    moments.growth += weight * values[i] * slopes[i] * rule.z[i] / deviation;
  }
  moments.saturated = saturated_share(activation, rule, values, mean, deviation);
  return moments;
}

HermiteSeries value_series(const Activation& activation, double mean, double variance) {
  if (!(variance <= kLargest)) return {.rest = kNone};
  const Sampled sampled = sample(activation, mean, variance);
  return hermite_series(sampled.rule, sampled.values, false);
}

HermiteSeries slope_series(const Activation& activation, double mean, double variance) {
  if (!(variance <= kLargest)) return {.rest = kNone};
  const Sampled sampled = sample(activation, mean, variance);
  return hermite_series(sampled.rule, sampled.slopes, true);
}

}  // namespace gradclinic
