#include "gradclinic/diagnosis/preflight.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "gradclinic/spec/spec.h"

namespace gradclinic {
namespace {

Spec sound() {
  Spec spec;
  spec.data = {.set = "teacher", .samples = 100, .features = 8};
  spec.model = {.depth = 6, .width = 40, .activation = "relu", .init = "he_normal"};
  spec.train.lr = 0.01;
  spec.train.steps = 50;
  return spec;
}

const Finding* found(const Diagnosis& diagnosis, const std::string& pathology) {
  for (const auto* list : {&diagnosis.findings, &diagnosis.notes})
    for (const Finding& finding : *list)
      if (finding.pathology == pathology) return &finding;
  return nullptr;
}

TEST(Preflight, ASoundSpecIsHealthyAndWhatWasNotLookedAtIsSaid) {
  const Preflight preflight = examine_before_training(sound());
  EXPECT_EQ(preflight.diagnosis.verdict, Health::healthy) << preflight.diagnosis.summary;
  EXPECT_TRUE(preflight.diagnosis.findings.empty());
  const auto is_overfitting = [](const Diagnosis::Gap& gap) { return gap.pathology == "overfitting"; };
  EXPECT_TRUE(std::ranges::any_of(preflight.diagnosis.gaps, is_overfitting));
}

TEST(Preflight, TheRecordHoldsNothingThatTrainingChanged) {
  Spec spec = sound();
  spec.train.lr = 1e6;  // one step with it ruins every weight
  const Preflight wild = examine_before_training(spec), tame = examine_before_training(sound());
  EXPECT_EQ(wild.record.tables.at("survey").values, tame.record.tables.at("survey").values);
  EXPECT_EQ(wild.record.tables.at("survey").rows(), 1U);
  EXPECT_EQ(wild.diagnosis.verdict, Health::healthy);
}

TEST(Preflight, AVanishingGradientComesWithItsPrediction) {
  Spec spec = sound();
  spec.model = {.depth = 14, .width = 40, .activation = "sigmoid", .init = "torch"};
  const Preflight preflight = examine_before_training(spec);
  const Finding* finding = found(preflight.diagnosis, "vanishing-gradient");
  ASSERT_NE(finding, nullptr) << preflight.diagnosis.summary;
  EXPECT_EQ(preflight.diagnosis.verdict, Health::sick);
  const auto predicted = std::ranges::find(finding->evidence, "predicted by theory", &Evidence::limit);
  ASSERT_NE(predicted, finding->evidence.end());
  const double measured = finding->evidence.front().value;
  EXPECT_LT(std::abs(std::log10(predicted->value / measured)), 1) << predicted->value << " and " << measured;
}

TEST(Preflight, WeightsThatAreAllAlikeAreSick) {
  Spec spec = sound();
  spec.model.init = "constant";
  spec.model.init_value = 0.1;
  const Preflight preflight = examine_before_training(spec);
  EXPECT_EQ(preflight.diagnosis.verdict, Health::sick);
  EXPECT_EQ(preflight.diagnosis.cause()->pathology, "symmetric-init");
  EXPECT_TRUE(std::isnan(preflight.diagnosis.cause()->severity));
}

TEST(Preflight, AnImbalanceThatATrainedNetworkMightStillLearnIsNoAlarm) {
  Spec spec = sound();
  spec.data = {.set = "blobs", .samples = 90, .classes = 3, .validation = 0.2};
  spec.train.loss = "cross_entropy";
  EXPECT_EQ(examine_before_training(spec).diagnosis.verdict, Health::healthy);
}

TEST(FactorApart, IsTheSameBothWays) {
  EXPECT_DOUBLE_EQ(factor_apart(20, 2), 10);
  EXPECT_DOUBLE_EQ(factor_apart(2, 20), 10);
  EXPECT_TRUE(std::isinf(factor_apart(0, 1)));
  EXPECT_TRUE(std::isinf(factor_apart(INFINITY, 1)));
  EXPECT_TRUE(std::isnan(factor_apart(NAN, 1)));
  EXPECT_TRUE(std::isnan(factor_apart(1, 0)));
}

}  // namespace
}  // namespace gradclinic
