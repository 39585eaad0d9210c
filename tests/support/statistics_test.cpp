#include "gradclinic/support/statistics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

namespace gradclinic {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::vector<double> one_to(int n) {
  std::vector<double> values(n);
  std::iota(values.begin(), values.end(), 1.0);
  return values;
}

/// By counting all subsets: no formula in common with the code under test.
double share_of_subsets_up_to(int size, int n) {
  int count = 0;
  for (unsigned subset = 0; subset < (1U << n); ++subset) count += __builtin_popcount(subset) <= size ? 1 : 0;
  return count / std::pow(2.0, n);
}

TEST(Quantile, IsTypeSevenAsInR) {
  EXPECT_DOUBLE_EQ(quantile(one_to(10), 0.25), 3.25);
  EXPECT_DOUBLE_EQ(quantile(one_to(10), 0.75), 7.75);
  EXPECT_DOUBLE_EQ(quantile({3, 1, 2}, 0), 1);
  EXPECT_DOUBLE_EQ(quantile({3, 1, 2}, 1), 3);
  EXPECT_DOUBLE_EQ(median({4, 1, 3, 2}), 2.5);
}

TEST(Quantile, TakesNanForInfinityAndFewValues) {
  EXPECT_TRUE(std::isnan(median({})));
  EXPECT_EQ(median({7}), 7);
  EXPECT_EQ(median({kNaN, 1, 2}), 2);
  EXPECT_EQ(median({kNaN, kInfinity, 2}), kInfinity);
  EXPECT_EQ(median({1, kInfinity}), kInfinity);
  EXPECT_EQ(median({-kInfinity, 1}), -kInfinity);
  EXPECT_EQ(median({-kInfinity, kInfinity}), 0);
  EXPECT_EQ(quantile({1, 2, kInfinity}, 0.5), 2) << "an exact order statistic takes nothing from its neighbour";
}

TEST(MedianInterval, HasTheTabulatedRanksAndCoverage) {
  struct Row {
    int n;
    double low;
    double high;
    double coverage;
  };
  for (const Row& row : {Row{6, 1, 6, 0.96875}, Row{10, 2, 9, 0.978515625}, Row{15, 4, 12, 0.96484375},
                         Row{20, 6, 15, 0.958610534667969}}) {
    const Interval interval = median_interval(one_to(row.n));
    EXPECT_EQ(interval.low, row.low) << row.n;
    EXPECT_EQ(interval.high, row.high) << row.n;
    EXPECT_NEAR(interval.coverage, row.coverage, 1e-12) << row.n;
    EXPECT_NEAR(interval.coverage, 1 - 2 * share_of_subsets_up_to(static_cast<int>(row.low) - 1, row.n), 1e-12);
  }
}

TEST(MedianInterval, IsTheWholeLineForFewerThanSix) {
  for (const int n : {0, 1, 2, 3, 5}) {
    const Interval interval = median_interval(one_to(n));
    EXPECT_EQ(interval.low, -kInfinity) << n;
    EXPECT_EQ(interval.high, kInfinity) << n;
    EXPECT_EQ(interval.coverage, 1) << n;
  }
  EXPECT_EQ(median_interval({1, 2, 3}, 0.75).low, 1) << "three observations do reach 75 %";
}

TEST(MedianInterval, KeepsInfiniteObservations) {
  const Interval interval = median_interval({1, 2, 3, kNaN, kInfinity, 4, -kInfinity, 5, 6, 7});
  EXPECT_EQ(interval.low, 1);
  EXPECT_EQ(interval.high, kInfinity);
}

TEST(MedianInterval, CoversTheMedianOfSkewedDataAsPromised) {
  std::mt19937_64 generator(1);
  std::exponential_distribution<double> skewed;
  const int trials = 20000;
  int covered = 0;
  for (int trial = 0; trial < trials; ++trial) {
    std::vector<double> values(20);
    for (double& value : values) value = skewed(generator);
    const Interval interval = median_interval(values);
    covered += interval.low <= std::log(2.0) && std::log(2.0) <= interval.high ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(covered) / trials, 0.9586, 0.006);
}

TEST(Binomial, EqualsCountingSubsets) {
  for (const int n : {1, 2, 7, 16}) {
    for (int k = -1; k <= n + 1; ++k)
      EXPECT_NEAR(binomial_at_most(k, n, 0.5), share_of_subsets_up_to(k, n), 1e-13) << k << " of " << n;
  }
  EXPECT_NEAR(binomial_at_most(1, 3, 0.2), 0.896, 1e-14);
  EXPECT_EQ(binomial_at_most(0, 0, 0.5), 1);
  EXPECT_EQ(binomial_at_most(2, 3, 1.0), 0);
  EXPECT_NEAR(binomial_at_most(1000, 2001, 0.5), 0.5, 1e-10) << "2^-2001 underflows";
}

TEST(SignTest, HasTheTextbookValues) {
  EXPECT_DOUBLE_EQ(sign_test(std::vector<double>{1, 1, 1, 1, 1, 1, 1, 1, -1, -1}), 0.109375);
  EXPECT_DOUBLE_EQ(sign_test(std::vector<double>{1, 1, 1, 1, 1, 1, 1, 1, 1, -1}), 0.021484375);
  EXPECT_DOUBLE_EQ(sign_test(std::vector<double>{-1, -1, -1, -1, -1, -1}), 0.03125);
  EXPECT_DOUBLE_EQ(sign_test_above(std::vector<double>{2, 2, 2, 2}, 1), 0.0625);
  EXPECT_DOUBLE_EQ(sign_test_not_above(std::vector<double>{2, 2, 2, 2}, 1), 1);
  EXPECT_DOUBLE_EQ(sign_test_not_above(std::vector<double>{0, 2, 0, 0}, 1), 0.3125);
}

TEST(SignTest, ATieIsNotAboveAndNothingProvesNothing) {
  EXPECT_DOUBLE_EQ(sign_test(std::vector<double>{1, 1, 1, 1, 1, 1, 1, 1, 1, 0}), 0.021484375);
  EXPECT_DOUBLE_EQ(sign_test_above(std::vector<double>{0, 0, 0, 0, 0, 0, 0}, 0), 1);
  EXPECT_DOUBLE_EQ(sign_test_not_above(std::vector<double>{0, 0, 0, 0, 0, 0, 0}, 0), 1.0 / 128);
  EXPECT_EQ(sign_test(std::vector<double>{}), 1);
  EXPECT_EQ(sign_test(std::vector<double>{5}), 1);
  EXPECT_DOUBLE_EQ(sign_test(std::vector<double>{kNaN, kInfinity, kInfinity, 1, 1, 1}), 0.03125);
}

TEST(SignTest, AgreesWithTheInterval) {
  std::mt19937_64 generator(2);
  for (int trial = 0; trial < 5000; ++trial) {
    std::vector<double> values(generator() % 25);
    for (double& value : values) value = static_cast<double>(generator() % 9) - 2;
    const Interval interval = median_interval(values);
    EXPECT_EQ(interval.low > 0, sign_test_above(values, 0) <= 0.025);
    EXPECT_EQ(interval.high <= 0, sign_test_not_above(values, 0) <= 0.025);
    EXPECT_EQ(interval.low > 0 || interval.high <= 0, sign_test(values) <= 0.05);
  }
}

TEST(BinomialInterval, HasThePublishedValues) {
  const Interval none = binomial_interval(0, 10);
  EXPECT_EQ(none.low, 0);
  EXPECT_NEAR(none.high, 0.30850, 1e-5);
  const Interval half = binomial_interval(5, 10);
  EXPECT_NEAR(half.low, 0.18709, 1e-5);
  EXPECT_NEAR(half.high, 0.81291, 1e-5);
  const Interval one = binomial_interval(1, 20);
  EXPECT_NEAR(one.low, 0.001265, 1e-6);
  EXPECT_NEAR(one.high, 0.248733, 1e-6);
  EXPECT_EQ(binomial_interval(10, 10).high, 1);
  EXPECT_EQ(binomial_interval(0, 0).low, 0);
  EXPECT_EQ(binomial_interval(0, 0).high, 1);
}

double population_variance(std::span<const double> values) {
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  double sum = 0;
  for (const double value : values) sum += (value - mean) * (value - mean);
  return sum / static_cast<double>(values.size());
}

double mean_of(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// Efron & Tibshirani 1993, table 14.2: the spatial test data, 90 % intervals of the variance (171.5).
TEST(Bootstrap, ReproducesEfronAndTibshirani) {
  const std::vector<double> scores{48, 36, 20, 29, 42, 42, 20, 42, 22, 41, 45, 14, 6,
                                   0,  33, 28, 34, 4,  32, 24, 47, 41, 24, 26, 30, 41};
  ASSERT_NEAR(population_variance(scores), 171.5, 0.05);
  const Interval plain = bootstrap_interval(scores, population_variance, BootstrapKind::percentile, 0.9, 20000);
  EXPECT_NEAR(plain.low, 100.8, 3);
  EXPECT_NEAR(plain.high, 233.9, 4);
  const Interval corrected =
      bootstrap_interval(scores, population_variance, BootstrapKind::bias_corrected_accelerated, 0.9, 20000);
  EXPECT_NEAR(corrected.low, 115.8, 3);
  EXPECT_NEAR(corrected.high, 259.6, 5) << "theirs is from 2000 resamples";
}

TEST(Bootstrap, PercentileEqualsEnumerationOfAllResamples) {
  const std::vector<double> values{1, 2, 4, 8};
  std::vector<double> all;
  for (int i = 0; i < 256; ++i)
    all.push_back((values[i & 3] + values[(i >> 2) & 3] + values[(i >> 4) & 3] + values[i >> 6]) / 4);
  const Interval interval = bootstrap_interval(values, mean_of, BootstrapKind::percentile, 0.8, 50000);
  EXPECT_NEAR(interval.low, quantile(all, 0.1), 0.26);
  EXPECT_NEAR(interval.high, quantile(all, 0.9), 0.26);
}

TEST(Bootstrap, IsDeterministicAndSurvivesFewOrInfiniteValues) {
  const std::vector<double> values{3, 1, 4, 1, 5, 9, 2, 6};
  const Interval first = bootstrap_interval(values, mean_of);
  const Interval second = bootstrap_interval(values, mean_of);
  EXPECT_EQ(first.low, second.low);
  EXPECT_EQ(first.high, second.high);
  EXPECT_LT(first.low, mean_of(values));
  EXPECT_GT(first.high, mean_of(values));
  EXPECT_EQ(bootstrap_interval(std::vector<double>{}, mean_of).high, kInfinity);
  EXPECT_EQ(bootstrap_interval(std::vector<double>{1}, mean_of).low, -kInfinity);
  const std::vector<double> diverged{1, 2, 3, kInfinity};
  EXPECT_EQ(bootstrap_interval(diverged, mean_of).high, kInfinity);
  const std::vector<double> constant{2, 2, 2, 2};
  EXPECT_EQ(bootstrap_interval(constant, mean_of).low, 2);
  EXPECT_EQ(bootstrap_interval(constant, mean_of).high, 2);
}

TEST(Holm, AdjustsAsInHisPaper) {
  const std::vector<double> adjusted = holm_adjusted({0.01, 0.04, 0.03, 0.005});
  EXPECT_DOUBLE_EQ(adjusted[0], 0.03);
  EXPECT_DOUBLE_EQ(adjusted[1], 0.06);
  EXPECT_DOUBLE_EQ(adjusted[2], 0.06);
  EXPECT_DOUBLE_EQ(adjusted[3], 0.02);
  EXPECT_TRUE(holm_adjusted({}).empty());
  EXPECT_EQ(holm_adjusted({0.7, 0.9}).front(), 1.0);
}

}  // namespace
}  // namespace gradclinic
