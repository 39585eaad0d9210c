#include "gradclinic/lab/claims.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "lab/synthetic.h"

namespace gradclinic {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

const std::string kHead = R"(
[experiment]
id = "made-up"
title = "Made up"
[factors]
"model.activation" = ["relu", "tanh", "sigmoid"]
"model.depth" = [2, 4, 8]
)";

std::string claim(const std::string& body) {
  return kHead + "[[claim]]\nid = \"c\"\nsays = \"It is so\"\nsource = \"a test\"\nmeasure = \"loss final\"\n" + body;
}

/// A claim on runs of which `value` says the loss.
ClaimResult judged(
    const std::string& body, int seeds,
    const std::function<double(const std::string& activation, const std::string& depth, int seed)>& value) {
  const ExperimentRuns runs = synthetic(claim(body), seeds, [&](const Cell& cell, int seed, const std::string&) {
    return value(cell.factors.at("model.activation"), cell.factors.at("model.depth"), seed);
  });
  return judge(runs.experiment.claims.front(), runs);
}

const std::string kReluLess = R"(left = {"model.activation" = "relu"}
is = "less"
right = {"model.activation" = "tanh"})";

TEST(Claims, SeedsArePairedAndLevelsMadeOne) {
  // Seeds differ a thousand times more than the activations do: only pairing shows the difference.
  const ClaimResult result =
      judged(kReluLess, 20, [](const std::string& activation, const std::string& depth, int seed) {
        const double level = depth == "2" ? 0.5 : depth == "4" ? 0.8 : 0.9;
        return std::pow(10.0, seed % 7) * (activation == "relu" ? level : 1.0);
      });
  EXPECT_EQ(result.verdict, Verdict::supported) << result.reason;
  EXPECT_NEAR(result.effect, 0.8, 1e-12) << "the median over the three depths";
  EXPECT_NEAR(result.low, 0.8, 1e-12);
  EXPECT_NEAR(result.high, 0.8, 1e-12);
  EXPECT_EQ(result.pairs, 20) << "n counts seeds, not seeds x depths";
  EXPECT_EQ(result.effect_unit, "ratio");
  EXPECT_EQ(result.id, "c");
  EXPECT_EQ(result.says, "It is so");
  EXPECT_EQ(result.source, "a test");
  EXPECT_EQ(result.measure, "loss final");
  EXPECT_NEAR(result.p, 2 * std::pow(0.5, 20), 1e-12);
  EXPECT_NE(result.reason.find("20 of 20 seeds"), std::string::npos) << result.reason;
  EXPECT_NE(result.comparison.find("relu / tanh"), std::string::npos) << result.comparison;
}

TEST(Claims, TheOppositeRefutes) {
  const ClaimResult result = judged(kReluLess, 20, [](const std::string& activation, const std::string&, int seed) {
    return activation == "relu" ? 2.0 + 0.01 * seed : 1.0;
  });
  EXPECT_EQ(result.verdict, Verdict::refuted);
  EXPECT_NE(result.reason.find("other way round"), std::string::npos) << result.reason;
}

TEST(Claims, DisagreeingSeedsDecideNothing) {
  const ClaimResult result = judged(kReluLess, 20, [](const std::string& activation, const std::string&, int seed) {
    return activation == "relu" ? (seed % 2 == 0 ? 2.0 : 0.5) : 1.0;
  });
  EXPECT_EQ(result.verdict, Verdict::inconclusive);
  EXPECT_GT(result.p, 0.5);
}

TEST(Claims, FewSeedsSayWhatIsMissing) {
  const ClaimResult result = judged(kReluLess, 3, [](const std::string& activation, const std::string&, int) {
    return activation == "relu" ? 1 : 2;
  });
  EXPECT_EQ(result.verdict, Verdict::inconclusive);
  EXPECT_NE(result.reason.find("at least 6"), std::string::npos) << result.reason;
  EXPECT_EQ(result.low, 0) << "a ratio's whole line";
  EXPECT_EQ(result.high, kInfinity);
}

TEST(Claims, EveryRightMustHold) {
  const std::string body = R"(left = {"model.activation" = "relu"}
is = "less"
right = [{"model.activation" = "tanh"}, {"model.activation" = "sigmoid"}])";
  const auto with_sigmoid = [](double sigmoid) {
    return [=](const std::string& activation, const std::string&, int) {
      return activation == "relu" ? 1 : activation == "tanh" ? 8 : sigmoid;
    };
  };
  const ClaimResult both = judged(body, 10, with_sigmoid(2));
  EXPECT_EQ(both.verdict, Verdict::supported);
  const ClaimResult one = judged(body, 10, with_sigmoid(0.5));
  EXPECT_EQ(one.verdict, Verdict::refuted);
  EXPECT_DOUBLE_EQ(one.effect, 2) << "the part that fails is the one reported";
  EXPECT_NE(one.comparison.find("sigmoid"), std::string::npos) << one.comparison;
  EXPECT_NE(one.reason.find("weakest of 2"), std::string::npos) << one.reason;
}

TEST(Claims, EveryLeftMustHold) {
  const std::string body = R"(left = {"model.activation" = ["tanh", "sigmoid"]}
is = "greater"
right = {"model.activation" = "relu"})";
  const auto with_tanh = [](double tanh_loss) {
    return [=](const std::string& activation, const std::string&, int seed) {
      return activation == "tanh" ? tanh_loss + (seed % 2 == 0 ? 0.1 : -0.1) : activation == "relu" ? 1.0 : 5.0;
    };
  };
  EXPECT_EQ(judged(body, 10, with_tanh(2)).verdict, Verdict::supported);
  EXPECT_EQ(judged(body, 10, with_tanh(1)).verdict, Verdict::inconclusive);
}

TEST(Claims, NamedFactorsMayDifferOnBothSides) {
  const std::string body = R"(left = {"model.activation" = "relu", "model.depth" = 8}
is = "greater"
right = {"model.activation" = "relu", "model.depth" = [2, 4]})";
  const ClaimResult result = judged(body, 8, [](const std::string&, const std::string& depth, int) {
    return depth == "8" ? 6.0 : depth == "4" ? 3.0 : 1.0;
  });
  EXPECT_EQ(result.verdict, Verdict::supported) << result.reason;
}

TEST(Claims, AFactorNamedAlikeIsPairedValueByValue) {
  const std::string body = R"(left = {"model.activation" = "relu", "model.depth" = [2, 8]}
is = "less"
right = {"model.activation" = "tanh", "model.depth" = [8, 2]})";
  const ClaimResult result = judged(body, 8, [](const std::string& activation, const std::string& depth, int) {
    return (depth == "8" ? 100.0 : 1.0) * (activation == "relu" ? 0.5 : 1.0);
  });
  EXPECT_EQ(result.verdict, Verdict::supported) << "depth 8 is not compared with depth 2: " << result.reason;
  EXPECT_DOUBLE_EQ(result.effect, 0.5);
  EXPECT_NE(result.reason.find("weakest of 2"), std::string::npos) << result.reason;
}

TEST(Claims, AMarginIsWhatCounts) {
  const auto a_tenth_less = [](const std::string& activation, const std::string&, int) {
    return activation == "relu" ? 0.9 : 1.0;
  };
  EXPECT_EQ(judged(kReluLess + "\nmargin = 1.05", 10, a_tenth_less).verdict, Verdict::supported);
  const ClaimResult too_small = judged(kReluLess + "\nmargin = 1.5", 10, a_tenth_less);
  EXPECT_EQ(too_small.verdict, Verdict::refuted);
  EXPECT_NE(too_small.reason.find("smaller than"), std::string::npos) << too_small.reason;
}

TEST(Claims, DifferencesOnTheLinearScale) {
  const ClaimResult result =
      judged(kReluLess + "\nscale = \"linear\"", 10,
             [](const std::string& activation, const std::string&, int) { return activation == "relu" ? -3.0 : 1.0; });
  EXPECT_EQ(result.verdict, Verdict::supported);
  EXPECT_EQ(result.effect_unit, "difference");
  EXPECT_DOUBLE_EQ(result.effect, -4);
}

TEST(Claims, NegativeValuesHaveNoRatio) {
  const ClaimResult result = judged(kReluLess, 10, [](const std::string& activation, const std::string&, int) {
    return activation == "relu" ? -3 : 1;
  });
  EXPECT_EQ(result.verdict, Verdict::inconclusive);
  EXPECT_NE(result.reason.find("linear"), std::string::npos) << result.reason;
}

TEST(Claims, DivergedRunsAreWorseThanAnyOther) {
  const ClaimResult result = judged(kReluLess, 20, [](const std::string& activation, const std::string&, int seed) {
    return activation == "relu" ? 1e30 : seed < 18 ? kNaN : 1.0;
  });
  EXPECT_EQ(result.verdict, Verdict::supported);
  EXPECT_EQ(result.effect, 0) << "a finite loss over an infinite one";
  const ClaimResult both = judged(kReluLess, 20, [](const std::string&, const std::string&, int) { return kNaN; });
  EXPECT_EQ(both.verdict, Verdict::refuted) << "lost on both sides is no improvement";
  EXPECT_EQ(both.effect, 1);
}

TEST(Claims, AgainstAConstant) {
  const std::string body = R"(left = {"model.activation" = "relu"}
is = "above"
value = 0.5)";
  const ClaimResult result =
      judged(body, 10, [](const std::string&, const std::string&, int seed) { return 0.6 + 0.01 * seed; });
  EXPECT_EQ(result.verdict, Verdict::supported);
  EXPECT_EQ(result.effect_unit, "value");
  EXPECT_EQ(result.threshold, 0.5);
  EXPECT_NEAR(result.effect, 0.645, 1e-12);
  EXPECT_EQ(judged(body, 10, [](const std::string&, const std::string&, int) { return 0.4; }).verdict,
            Verdict::refuted);
  EXPECT_EQ(judged(body, 10, [](const std::string&, const std::string&, int) { return 0.5; }).verdict, Verdict::refuted)
      << "the constant is not above itself";
}

TEST(Claims, VacuousWhenTheMechanismNeverActed) {
  const std::string body = kReluLess + "\nacts = {measure = \"gradient_norm max\", above = 1.0}";
  const auto result_with_norm = [&](double largest) {
    const ExperimentRuns runs = synthetic(claim(body), 10, [&](const Cell& cell, int seed, const std::string& measure) {
      if (measure == "gradient_norm max") return seed == 3 ? largest : 0.3;
      return cell.factors.at("model.activation") == "relu" ? 1.0 : 2.0;
    });
    return judge(runs.experiment.claims.front(), runs);
  };
  const ClaimResult vacuous = result_with_norm(0.9);
  EXPECT_EQ(vacuous.verdict, Verdict::vacuous);
  EXPECT_NE(vacuous.reason.find("0.9"), std::string::npos) << vacuous.reason;
  EXPECT_EQ(result_with_norm(1.0).verdict, Verdict::vacuous) << "reached is not exceeded";
  EXPECT_EQ(result_with_norm(1.1).verdict, Verdict::supported);
  EXPECT_EQ(result_with_norm(kNaN).verdict, Verdict::supported) << "a gradient that is no number has exploded";
}

TEST(Claims, MissingRunsLeaveTheOtherPairs) {
  ExperimentRuns runs = synthetic(claim(kReluLess), 10, [](const Cell& cell, int, const std::string&) {
    return cell.factors.at("model.activation") == "relu" ? 1.0 : 2.0;
  });
  for (std::size_t cell = 0; cell < runs.cells.size(); ++cell) runs.results[cell][4].reset();
  const ClaimResult result = judge(runs.experiment.claims.front(), runs);
  EXPECT_EQ(result.pairs, 9);
  EXPECT_EQ(result.verdict, Verdict::supported);
  for (auto& cell : runs.results) cell.assign(10, std::nullopt);
  const ClaimResult nothing = judge(runs.experiment.claims.front(), runs);
  EXPECT_EQ(nothing.pairs, 0);
  EXPECT_EQ(nothing.verdict, Verdict::inconclusive);
  EXPECT_NE(nothing.reason.find("finished"), std::string::npos) << nothing.reason;
}

TEST(Claims, ATrueNullOverSeveralLevelsIsSeldomSupported) {
  std::mt19937_64 generator(3);
  std::lognormal_distribution<double> loss(0, 1.5);
  int supported = 0;
  const int claims = 2000;
  ExperimentRuns runs = synthetic(claim(kReluLess), 10, [](const Cell&, int, const std::string&) { return 1.0; });
  for (int i = 0; i < claims; ++i) {
    for (auto& cell : runs.results)
      for (auto& result : cell)
        for (auto& [key, points] : result->extracts) points.y[0] = loss(generator);
    supported += judge(runs.experiment.claims.front(), runs).verdict == Verdict::supported ? 1 : 0;
  }
  EXPECT_LT(static_cast<double>(supported) / claims, 0.03);
}

TEST(Claims, HolmCountsAllClaimsThatWereTested) {
  const auto with_p = [](Verdict verdict, double p) {
    ClaimResult result;
    result.verdict = verdict;
    result.p = p;
    return result;
  };
  std::vector<ExperimentResult> experiments(2);
  experiments[0].claims = {with_p(Verdict::supported, 0.01), with_p(Verdict::vacuous, 0.001)};
  experiments[1].claims = {with_p(Verdict::inconclusive, 0.04), with_p(Verdict::supported, 0.03),
                           with_p(Verdict::supported, 0.005)};
  adjust_for_all_claims(experiments);
  EXPECT_DOUBLE_EQ(experiments[0].claims[0].p_holm, 0.03);
  EXPECT_DOUBLE_EQ(experiments[0].claims[1].p_holm, 1) << "a vacuous claim was not tested";
  EXPECT_DOUBLE_EQ(experiments[1].claims[0].p_holm, 0.06);
  EXPECT_DOUBLE_EQ(experiments[1].claims[1].p_holm, 0.06);
  EXPECT_DOUBLE_EQ(experiments[1].claims[2].p_holm, 0.02);
}

}  // namespace
}  // namespace gradclinic
