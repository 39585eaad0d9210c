#include "gradclinic/theory/initial_loss.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "gradclinic/theory/gaussian.h"

namespace gradclinic {

double expected_log_sum_exp(Index count, double variance) {
  // E exp(-S e^y) as a function of y changes over this scale; the trapezoid rule is then exact to rounding.
  const double step = 0.15 * std::sqrt(1 + variance);
  const double power = static_cast<double>(count);
  const auto term = [&](double y) {
    const double one = gaussian_expectation([](double u) { return std::exp(-std::exp(u)); }, y, variance);
    return std::pow(one, power);
  };
  double sum = 0.5 - term(0);
  for (double y = -step;; y -= step) {
    const double rest = 1 - term(y);
    sum += rest;
    if (rest < 1e-12) break;
  }
  for (double y = step;; y += step) {
    const double rest = term(y);
    sum -= rest;
    if (rest < 1e-12) break;
  }
  return step * sum - std::numbers::egamma;
}

std::optional<double> expected_initial_loss(const std::string& loss, double output_variance,
                                            const TargetFacts& targets) {
  if (!std::isfinite(output_variance)) return output_variance;
  if (loss == "mse") return targets.variance + targets.mean * targets.mean + output_variance;
  if (loss == "cross_entropy") return expected_log_sum_exp(targets.classes, output_variance);
  if (loss == "bce") {
    const auto softplus = [](double z) { return std::max(z, 0.0) + std::log1p(std::exp(-std::abs(z))); };
    return gaussian_expectation(softplus, 0, output_variance);
  }
  return std::nullopt;
}

}  // namespace gradclinic
