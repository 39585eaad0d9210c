#include "gradclinic/theory/gaussian.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace gradclinic {
namespace {

constexpr int kNodes = 10;  // a panel
constexpr double kReach = 12;

struct Legendre {
  std::array<double, kNodes> nodes;  // in [-1, 1]
  std::array<double, kNodes> weights;
};

/// Zeros of the Legendre polynomial by Newton's method from Chebyshev's.
Legendre legendre() {
  Legendre rule;
  for (int i = 0; i < kNodes; ++i) {
    double x = std::cos(std::numbers::pi * (i + 0.75) / (kNodes + 0.5));
    double slope = 0;
    for (int attempt = 0; attempt < 10; ++attempt) {
      double before = 1, value = x;
      for (int n = 2; n <= kNodes; ++n) {
        const double next = ((2 * n - 1) * x * value - (n - 1) * before) / n;
        before = value;
        value = next;
      }
      slope = kNodes * (x * value - before) / (x * x - 1);
      x -= value / slope;
    }
    rule.nodes[i] = x;
    rule.weights[i] = 2 / ((1 - x * x) * slope * slope);
  }
  return rule;
}

std::vector<double> panel_edges(double mean, double deviation) {
  std::vector<double> edges = {0, 10, -10, kReach, -kReach};
  for (int z = 1; z <= 8; ++z) edges.insert(edges.end(), {1.0 * z, -1.0 * z});
  const auto add = [&](double u) {
    const double z = (u - mean) / deviation;
    if (std::abs(z) < kReach) edges.push_back(z);
  };
  if (deviation > 0) {
    const double farthest = std::abs(mean) + kReach * deviation;
    add(0);
    double u = 0.5;
    while (u < farthest) {
      for (const double edge : {u, 1.5 * u}) add(edge), add(-edge);
      u *= 2;
    }
  }
  std::sort(edges.begin(), edges.end());
  return edges;
}

}  // namespace

GaussianRule gaussian_rule(double mean, double variance) {
  static const Legendre panel = legendre();
  const double deviation = std::sqrt(variance);
  const std::vector<double> edges = panel_edges(mean, deviation);
  GaussianRule rule;
  for (auto* column : {&rule.z, &rule.points, &rule.weights}) column->reserve(edges.size() * kNodes);
  for (std::size_t edge = 1; edge < edges.size(); ++edge) {
    const double half = (edges[edge] - edges[edge - 1]) / 2;
    const double middle = (edges[edge] + edges[edge - 1]) / 2;
    if (half < 1e-12) continue;
    for (int i = 0; i < kNodes; ++i) {
      const double z = middle + half * panel.nodes[i];
      rule.z.push_back(z);
      rule.points.push_back(mean + deviation * z);
      rule.weights.push_back(half * panel.weights[i] * std::exp(-z * z / 2) / std::sqrt(2 * std::numbers::pi));
    }
  }
  return rule;
}

}  // namespace gradclinic
