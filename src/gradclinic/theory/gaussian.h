#pragma once

#include <vector>

namespace gradclinic {

/// Nodes and weights for expectations over a normal variable u = mean + sqrt(variance) z, z ~ N(0, 1):
/// E[f(u)] = sum of weights[i] f(points[i]).
///
/// Gauss-Legendre panels over z in [-12, 12], in double. Panel edges lie at u = 0 and at u = +-0.5, 1, 1.5, 2, 3, 4, 6,
/// 8, ...: activations have their kinks there and vary on that scale, so that ReLU needs no rule of its own and a
/// variance of 1e8 is resolved as well as one of 1. Agrees with the trapezoid rule of step 0.04 to 1e-10 where that
/// one is exact (smooth functions, variance about 1).
struct GaussianRule {
  std::vector<double> z;
  std::vector<double> points;  ///< u at each z
  std::vector<double> weights;
};

/// `variance` at least 0 and finite.
GaussianRule gaussian_rule(double mean, double variance);

/// E[f(mean + sqrt(variance) z)] of a function of one number.
template <class Function>
double gaussian_expectation(Function f, double mean, double variance) {
  const GaussianRule rule = gaussian_rule(mean, variance);
  double sum = 0;
  for (std::size_t i = 0; i < rule.points.size(); ++i) sum += rule.weights[i] * f(rule.points[i]);
  return sum;
}

}  // namespace gradclinic
