#include "gradclinic/lab/verdict.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <random>

namespace gradclinic {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::vector<double> repeated(double value, int count) { return std::vector<double>(count, value); }

std::vector<double> operator+(std::vector<double> left, const std::vector<double>& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

TEST(Decide, GreaterAndLess) {
  const std::vector<double> up{0.1, 0.2, 0.3, 0.4, 0.5, 0.6};
  EXPECT_EQ(decide(up, Comparison::greater, 0).verdict, Verdict::supported);
  EXPECT_EQ(decide(up, Comparison::less, 0).verdict, Verdict::refuted);
  const Decision decision = decide(up, Comparison::greater, 0);
  EXPECT_DOUBLE_EQ(decision.effect, 0.35);
  EXPECT_EQ(decision.low, 0.1);
  EXPECT_EQ(decision.high, 0.6);
  EXPECT_EQ(decision.pairs, 6);
  EXPECT_DOUBLE_EQ(decision.p, 0.03125);
  EXPECT_EQ(decide({0.1, 0.2, 0.3, 0.4, 0.5, -0.6}, Comparison::greater, 0).verdict, Verdict::inconclusive);
}

TEST(Decide, FewerThanSixSeedsDecideNothing) {
  for (int n = 0; n < 6; ++n) {
    const Decision decision = decide(repeated(1, n), Comparison::greater, 0);
    EXPECT_EQ(decision.verdict, Verdict::inconclusive) << n;
    EXPECT_GT(decision.p, 0.05) << n;
    EXPECT_EQ(decision.low, -kInfinity) << n;
  }
  EXPECT_TRUE(std::isnan(decide({}, Comparison::greater, 0).effect));
  EXPECT_EQ(decide(repeated(1, 6), Comparison::greater, 0).verdict, Verdict::supported);
}

TEST(Decide, AMarginMustBePassed) {
  EXPECT_EQ(decide(repeated(0.3, 10), Comparison::greater, 0.2).verdict, Verdict::supported);
  EXPECT_EQ(decide(repeated(0.1, 10), Comparison::greater, 0.2).verdict, Verdict::refuted);
  EXPECT_EQ(decide(repeated(0.3, 5) + repeated(0.1, 5), Comparison::greater, 0.2).verdict, Verdict::inconclusive);
  EXPECT_EQ(decide(repeated(-0.3, 10), Comparison::less, 0.2).verdict, Verdict::supported);
  EXPECT_EQ(decide(repeated(-0.1, 10), Comparison::less, 0.2).verdict, Verdict::refuted);
}

TEST(Decide, NoDifferenceAtAllRefutesOneAndProvesNothingElse) {
  EXPECT_EQ(decide(repeated(0, 20), Comparison::greater, 0).verdict, Verdict::refuted);
  EXPECT_EQ(decide(repeated(0, 20), Comparison::less, 0).verdict, Verdict::refuted);
  EXPECT_EQ(decide(repeated(0, 20), Comparison::equal, 0.1).verdict, Verdict::supported);
  EXPECT_EQ(decide(repeated(0, 10) + repeated(1, 10), Comparison::greater, 0).verdict, Verdict::inconclusive);
}

TEST(Decide, EqualWithinAMargin) {
  EXPECT_EQ(decide({0.05, -0.05, 0, 0.01, 0.02, -0.03}, Comparison::equal, 0.1).verdict, Verdict::supported);
  EXPECT_EQ(decide({0.5, 0.4, 0.3, 0.6, 0.7, 0.2}, Comparison::equal, 0.1).verdict, Verdict::refuted);
  EXPECT_EQ(decide({-0.5, -0.4, -0.3, -0.6, -0.7, -0.2}, Comparison::equal, 0.1).verdict, Verdict::refuted);
  EXPECT_EQ(decide({0.5, -0.4, 0, 0.01, 0.02, -0.03}, Comparison::equal, 0.1).verdict, Verdict::inconclusive)
      << "a wide interval proves neither";
  EXPECT_EQ(decide({0.3, -0.3, 0.2, -0.2, 0.4, -0.4}, Comparison::equal, 0.1).verdict, Verdict::inconclusive);
}

TEST(Decide, AboveAndBelowAConstant) {
  EXPECT_EQ(decide(repeated(2, 8), Comparison::above, 1).verdict, Verdict::supported);
  EXPECT_EQ(decide(repeated(2, 8), Comparison::below, 1).verdict, Verdict::refuted);
  EXPECT_EQ(decide(repeated(0.5, 8), Comparison::below, 1).verdict, Verdict::supported);
  EXPECT_EQ(decide(repeated(-3, 8), Comparison::below, -2).verdict, Verdict::supported);
  EXPECT_EQ(decide(repeated(-1, 8), Comparison::below, -2).verdict, Verdict::refuted);
  EXPECT_EQ(decide(repeated(2, 4) + repeated(0, 4), Comparison::above, 1).verdict, Verdict::inconclusive);
}

TEST(Decide, DivergedRunsCount) {
  EXPECT_EQ(decide(repeated(kInfinity, 20), Comparison::greater, 0).verdict, Verdict::supported);
  EXPECT_EQ(decide(repeated(-kInfinity, 16) + repeated(0.1, 4), Comparison::less, 0).verdict, Verdict::supported);
  EXPECT_EQ(decide(repeated(-kInfinity, 10) + repeated(kInfinity, 10), Comparison::less, 0).verdict,
            Verdict::inconclusive);
}

TEST(Contrast, HandlesZerosInfinitiesAndSigns) {
  EXPECT_DOUBLE_EQ(contrast(2, 1, Scale::log), std::log(2.0));
  EXPECT_EQ(contrast(0, 0, Scale::log), 0);
  EXPECT_EQ(contrast(0, 1, Scale::log), -kInfinity);
  EXPECT_EQ(contrast(1, 0, Scale::log), kInfinity);
  EXPECT_EQ(contrast(kInfinity, kInfinity, Scale::log), 0);
  EXPECT_EQ(contrast(kInfinity, 1, Scale::log), kInfinity);
  EXPECT_EQ(contrast(1, kInfinity, Scale::log), -kInfinity);
  EXPECT_TRUE(std::isnan(contrast(-1, 1, Scale::log)));
  EXPECT_TRUE(std::isnan(contrast(1, -1, Scale::log)));
  EXPECT_EQ(contrast(-1, 1, Scale::linear), -2);
  EXPECT_EQ(contrast(kInfinity, kInfinity, Scale::linear), 0);
  EXPECT_EQ(contrast(1, kInfinity, Scale::linear), -kInfinity);
}

TEST(Comparable, TakesNanForTheWorst) {
  EXPECT_EQ(comparable(kNaN, parse_measure("loss", "test")), kInfinity);
  EXPECT_EQ(comparable(kNaN, parse_measure("accuracy", "test")), 0);
  EXPECT_EQ(comparable(kNaN, parse_measure("steps to accuracy above 0.9", "test")), kInfinity);
  EXPECT_EQ(comparable(-2, parse_measure("loss", "test")), -2);
}

TEST(Weakest, IsARefutedPartThenAnUndecidedOneThenTheLeastSure) {
  const Decision sure{.verdict = Verdict::supported, .p = 0.001};
  const Decision less_sure{.verdict = Verdict::supported, .p = 0.04};
  const Decision undecided{.verdict = Verdict::inconclusive, .p = 0.5};
  const Decision refuted{.verdict = Verdict::refuted, .p = 0.04};
  const Decision clearly_refuted{.verdict = Verdict::refuted, .p = 0.001};
  EXPECT_EQ(weakest({sure, less_sure, sure}), 1U);
  EXPECT_EQ(weakest({sure, undecided, less_sure}), 1U);
  EXPECT_EQ(weakest({undecided, refuted, sure, clearly_refuted}), 3U);
  EXPECT_EQ(weakest({sure, sure}), 0U);
}

// What the verdicts promise, by simulation: 10,000 claims whose truth is known, for each kind of noise and n.

using Draw = std::function<double(std::mt19937_64&)>;

struct Noise {
  std::string name;
  Draw draw;  ///< median 0
};

std::vector<Noise> noises() {
  const auto normal = [](std::mt19937_64& generator) { return std::normal_distribution<double>()(generator); };
  return {{"normal", normal},
          {"Cauchy", [](std::mt19937_64& generator) { return std::cauchy_distribution<double>()(generator); }},
          {"skewed", [=](std::mt19937_64& generator) { return std::exp(2 * normal(generator)) - 1; }},
          {"ties", [=](std::mt19937_64& generator) { return std::round(normal(generator)); }},
          {"mostly ties", [=](std::mt19937_64& generator) { return generator() % 10 < 8 ? 0 : normal(generator); }},
          {"two values", [](std::mt19937_64& generator) { return generator() % 2 == 0 ? 1 : -1; }},
          {"diverging", [=](std::mt19937_64& generator) {
             const auto fate = generator() % 10;
             return fate == 0 ? kInfinity : fate == 1 ? -kInfinity : normal(generator);
           }}};
}

double share_of(Verdict verdict, const Draw& draw, int n, Comparison is, double bound) {
  constexpr int kClaims = 10000;
  std::mt19937_64 generator(7);
  int count = 0;
  for (int claim = 0; claim < kClaims; ++claim) {
    std::vector<double> effects(n);
    for (double& effect : effects) effect = draw(generator);
    count += decide(effects, is, bound).verdict == verdict ? 1 : 0;
  }
  return static_cast<double>(count) / kClaims;
}

TEST(FalseAlarms, ATrueNullIsSeldomCalledSupported) {
  for (const Noise& noise : noises()) {
    for (const int n : {5, 10, 20}) {
      for (const Comparison is : {Comparison::greater, Comparison::less, Comparison::above, Comparison::below})
        EXPECT_LT(share_of(Verdict::supported, noise.draw, n, is, 0), 0.03) << noise.name << " " << n;
    }
  }
}

TEST(FalseAlarms, ADifferenceAtTheMarginIsSeldomCalledEqualOrLarger) {
  for (const Noise& noise : noises()) {
    if (noise.name.find("ties") != std::string::npos || noise.name == "two values") continue;
    for (const double scale : {0.1, 1.0, 10.0}) {
      const Draw at_margin = [&](std::mt19937_64& generator) { return 0.5 + scale * noise.draw(generator); };
      for (const int n : {5, 10, 20}) {
        EXPECT_LT(share_of(Verdict::supported, at_margin, n, Comparison::equal, 0.5), 0.03) << noise.name << " " << n;
        EXPECT_LT(share_of(Verdict::supported, at_margin, n, Comparison::greater, 0.5), 0.03) << noise.name << " " << n;
      }
    }
  }
}

TEST(FalseAlarms, ATrueClaimIsSeldomCalledRefuted) {
  for (const Noise& noise : noises()) {
    const Draw slightly_up = [&](std::mt19937_64& generator) { return noise.draw(generator) + 1e-9; };
    for (const int n : {5, 10, 20})
      EXPECT_LT(share_of(Verdict::refuted, slightly_up, n, Comparison::greater, 0), 0.03) << noise.name << " " << n;
  }
}

/// P(at most k of n) by summing products, sharing nothing with the code under test.
double at_most(int k, int n, double p) {
  std::vector<double> probabilities(n + 1);
  probabilities[0] = 1;
  for (int trial = 0; trial < n; ++trial) {
    for (int hits = n; hits > 0; --hits)
      probabilities[hits] = probabilities[hits] * (1 - p) + probabilities[hits - 1] * p;
    probabilities[0] *= 1 - p;
  }
  double sum = 0;
  for (int hits = 0; hits <= k; ++hits) sum += probabilities[hits];
  return sum;
}

TEST(Power, IsWhatTheSignTestHas) {
  struct Case {
    int n;
    double shift;
    int most_misses;  ///< the table of the sign test at 2.5 % one-sided
  };
  for (const Case& one : {Case{10, 1, 1}, Case{20, 1, 5}, Case{20, 0.5, 5}, Case{6, 2, 0}}) {
    const Draw shifted = [&](std::mt19937_64& generator) {
      return std::normal_distribution<double>(one.shift)(generator);
    };
    const double miss = std::erfc(one.shift / std::sqrt(2.0)) / 2;
    const double expected = at_most(one.most_misses, one.n, miss);
    EXPECT_NEAR(share_of(Verdict::supported, shifted, one.n, Comparison::greater, 0), expected, 0.015)
        << one.n << " seeds, shift " << one.shift;
  }
  const Draw clear = [](std::mt19937_64& generator) { return std::normal_distribution<double>(2)(generator); };
  EXPECT_GT(share_of(Verdict::supported, clear, 20, Comparison::greater, 0), 0.999);
  EXPECT_GT(share_of(Verdict::refuted, clear, 20, Comparison::less, 0), 0.999);
}

}  // namespace
}  // namespace gradclinic
