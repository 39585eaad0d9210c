#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <ranges>
#include <string>

namespace gradclinic {

inline double relative_difference(double ours, double theirs) {
  if (ours == theirs) return 0;
  const double difference = std::abs(ours - theirs) / std::max(std::abs(ours), std::abs(theirs));
  return std::isnan(difference) ? std::numeric_limits<double>::infinity() : difference;
}

/// Every entry of one list against its entry in the other.
template <class Ours, class Theirs>
void expect_close(const Ours& ours, const Theirs& theirs, double tolerance, const std::string& what) {
  ASSERT_EQ(std::ranges::size(ours), std::ranges::size(theirs)) << what;
  for (std::size_t i = 0; i < std::ranges::size(ours); ++i)
    ASSERT_LE(relative_difference(ours[i], theirs[i]), tolerance)
        << what << " [" << i << "]: ours " << ours[i] << ", reference " << theirs[i];
}

/// The L2 norm of the difference over the L2 norm of the reference.
template <class Ours, class Theirs>
double distance(const Ours& ours, const Theirs& theirs) {
  if (std::ranges::size(ours) != std::ranges::size(theirs)) return std::numeric_limits<double>::infinity();
  double difference = 0;
  double norm = 0;
  for (std::size_t i = 0; i < std::ranges::size(ours); ++i) {
    difference += std::pow(static_cast<double>(ours[i]) - static_cast<double>(theirs[i]), 2);
    norm += std::pow(static_cast<double>(theirs[i]), 2);
  }
  return std::sqrt(difference / std::max(norm, std::numeric_limits<double>::min()));
}

}  // namespace gradclinic
