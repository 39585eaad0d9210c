#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <vector>

namespace gradclinic {

/// A gradient by differences, and how far rounding alone may move its entries when the function is of the order of a
/// few.
struct NumericalGradient {
  std::vector<double> entries;
  double noise;
};

/// d function / d x, entry by entry, by the central difference over five points: its error is of the order of step^4.
/// Of a function with kinks, a smaller step has fewer of them in reach.
template <class Function>
NumericalGradient numerical_gradient(std::span<double> x, Function function, double step = 1e-4) {
  NumericalGradient gradient{.entries = {}, .noise = 1e-14 / step};
  for (double& entry : x) {
    const double middle = entry;
    const auto at = [&](double shift) {
      entry = middle + shift * step;
      return function();
    };
    gradient.entries.push_back((at(-2) - 8 * at(-1) + 8 * at(1) - at(2)) / (12 * step));
    entry = middle;
  }
  return gradient;
}

/// Every entry within `tolerance` of the tensor's largest. A gradient that is zero throughout (a bias before batch
/// norm) may differ by the noise of the differences.
inline void expect_gradient(std::span<const double> ours, const NumericalGradient& numerical, const std::string& what,
                            double tolerance = 1e-6) {
  ASSERT_EQ(ours.size(), numerical.entries.size()) << what;
  double largest = 0;
  for (const double entry : numerical.entries) largest = std::max(largest, std::abs(entry));
  for (std::size_t i = 0; i < ours.size(); ++i)
    ASSERT_NEAR(ours[i], numerical.entries[i], tolerance * largest + numerical.noise) << what << ", entry " << i;
}

}  // namespace gradclinic
