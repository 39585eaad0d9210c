#include "gradclinic/theory/initial_loss.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "gradclinic/net/loss.h"
#include "gradclinic/spec/vocabulary.h"

namespace gradclinic {
namespace {

TEST(InitialLoss, OfSmallOutputsIsThatOfGuessing) {
  for (const Index classes : {2, 10, 100}) {
    const double guessing = std::log(static_cast<double>(classes));
    EXPECT_NEAR(expected_initial_loss("cross_entropy", 0, {.classes = classes}).value(), guessing, 1e-9);
    // To first order each logit adds half its variance, less what the others take.
    const double small = 1e-3, share = 1 - 1 / static_cast<double>(classes);
    EXPECT_NEAR(expected_log_sum_exp(classes, small), guessing + small / 2 * share, 1e-6);
  }
  EXPECT_NEAR(expected_initial_loss("bce", 0, {.classes = 2}).value(), std::log(2.0), 1e-12);
  EXPECT_NEAR(expected_log_sum_exp(10, 0), 2.302585, 1e-6);
}

/// Drawn outputs and targets through the engine's own losses.
double simulated(const std::string& id, double variance, Index outputs) {
  constexpr Index kSamples = 400000;
  std::mt19937 random(7);
  std::normal_distribution<double> normal;
  const Loss& loss = find_loss(id);
  Tensor<double> logits(outputs, kSamples), targets(loss.classifies ? 1 : outputs, kSamples);
  for (double& value : logits.values) value = std::sqrt(variance) * normal(random);
  std::uniform_int_distribution<int> label(0, id == "bce" ? 1 : static_cast<int>(outputs) - 1);
  for (double& value : targets.values) value = loss.classifies ? label(random) : 0.5 + 2 * normal(random);
  return loss.evaluate64(logits.view(), targets.view(), {});
}

TEST(InitialLoss, AgreesWithDrawnOutputs) {
  for (const double variance : {0.1, 1.0, 25.0, 1e4}) {
    const double scale = std::sqrt(1 + variance);
    const auto expected = [&](const std::string& loss, const TargetFacts& facts) {
      return expected_initial_loss(loss, variance, facts).value();
    };
    EXPECT_NEAR(simulated("cross_entropy", variance, 2), expected("cross_entropy", {.classes = 2}), 0.01 * scale);
    EXPECT_NEAR(simulated("cross_entropy", variance, 10), expected("cross_entropy", {.classes = 10}), 0.01 * scale);
    EXPECT_NEAR(simulated("bce", variance, 1), expected("bce", {.classes = 2}), 0.01 * scale);
    EXPECT_NEAR(simulated("mse", variance, 1) / expected("mse", {.mean = 0.5, .variance = 4}), 1, 0.01);
  }
}

TEST(InitialLoss, OfHugeAndInfiniteOutputs) {
  // The largest of two N(0, v) is sqrt(v / pi) in the mean.
  EXPECT_NEAR(expected_log_sum_exp(2, 1e12) / std::sqrt(1e12 / 3.141592653589793), 1, 1e-6);
  EXPECT_TRUE(std::isinf(*expected_initial_loss("mse", std::numeric_limits<double>::infinity(), {})));
}

TEST(InitialLoss, KnowsNoOtherLoss) { EXPECT_FALSE(expected_initial_loss("something", 1, {})); }

Dataset made(Task task) {
  Dataset data{.inputs = Tensor<float>(3, 2), .targets = Tensor<float>(3, 1), .task = task, .classes = 0};
  data.inputs.values = {1, 2, 3, -1, 0, 5};
  data.targets.values = {1, 2, 6};
  return data;
}

TEST(Facts, OfInputsAreMeansOverEntriesAndPairs) {
  const InputFacts facts = input_facts(made(Task::regression));
  EXPECT_EQ(facts.features, 2);
  EXPECT_NEAR(facts.mean, 10.0 / 6, 1e-12);
  EXPECT_NEAR(facts.mean_square, 40.0 / 6, 1e-12);
  // Pairs of the three samples: (1,2)(3,-1) = 1, (1,2)(0,5) = 10, (3,-1)(0,5) = -5, each over two features.
  EXPECT_NEAR(facts.overlap, (1 + 10 - 5) / 6.0, 1e-12);
}

TEST(Facts, OfTargets) {
  const TargetFacts facts = target_facts(made(Task::regression));
  EXPECT_NEAR(facts.mean, 3, 1e-12);
  EXPECT_NEAR(facts.variance, 14.0 / 3, 1e-12);
  Dataset classes = made(Task::classification);
  classes.classes = 7;
  EXPECT_EQ(target_facts(classes).classes, 7);
}

}  // namespace
}  // namespace gradclinic
