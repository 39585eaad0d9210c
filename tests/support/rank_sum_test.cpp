#include "gradclinic/support/rank_sum.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <vector>

namespace gradclinic {
namespace {

/// By trying every way to choose which of the pooled ranks are the first side's.
double enumerated(const std::vector<double>& lower, const std::vector<double>& upper) {
  const auto pairs_in_order = [](const std::vector<double>& one, const std::vector<double>& other) {
    int count = 0;
    for (const double low : one)
      for (const double high : other) count += low < high ? 1 : 0;
    return count;
  };
  const int observed = pairs_in_order(lower, upper);
  const std::size_t total = lower.size() + upper.size();
  double as_many = 0;
  double all = 0;
  for (unsigned choice = 0; choice < 1U << total; ++choice) {
    if (static_cast<std::size_t>(std::popcount(choice)) != lower.size()) continue;
    std::vector<double> one;
    std::vector<double> other;
    for (std::size_t rank = 0; rank < total; ++rank) (choice >> rank & 1 ? one : other).push_back(double(rank));
    ++all;
    as_many += pairs_in_order(one, other) >= observed ? 1 : 0;
  }
  return as_many / all;
}

TEST(RankSumTest, IsTheShareOfOrdersWithAsManyPairsRight) {
  const std::vector<std::pair<std::vector<double>, std::vector<double>>> samples = {
      {{1, 2, 3, 4, 5}, {6, 7, 8, 9, 10}}, {{1, 2, 9}, {3, 4, 5, 6}}, {{5}, {1, 2, 3}},
      {{1, 4, 6, 7}, {2, 3, 5, 8}},        {{1, 1, 2}, {1, 2, 3}},
  };
  for (const auto& [lower, upper] : samples)
    EXPECT_NEAR(rank_sum_test_below(lower, upper), enumerated(lower, upper), 1e-12);
  EXPECT_NEAR(rank_sum_test_below(samples[0].first, samples[0].second), 1. / 252, 1e-12);
}

TEST(RankSumTest, TiesNanAndNothingSpeakForNoDifference) {
  const double nan = std::nan("");
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(rank_sum_test_below(std::vector<double>{1, 1, 1}, std::vector<double>{1, 1, 1}), 1);
  EXPECT_EQ(rank_sum_test_below(std::vector<double>{nan, nan}, std::vector<double>{1, 2}), 1);
  EXPECT_EQ(rank_sum_test_below(std::vector<double>{}, std::vector<double>{1, 2}), 1);
  EXPECT_NEAR(rank_sum_test_below(std::vector<double>{1, 2, 3}, std::vector<double>{infinity, infinity, infinity}),
              1. / 20, 1e-12);
}

}  // namespace
}  // namespace gradclinic
