#include "gradclinic/diagnosis/log_examination.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "logs/made_log.h"

namespace gradclinic {
namespace {

constexpr std::size_t kRows = 400;

/// Batches scatter by a tenth.
std::vector<double> noisy(const std::function<double(double)>& of, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::normal_distribution<double> scatter(1, 0.1);
  return values_by(kRows, [&](double row) { return of(row) * scatter(random); });
}

double falling(double row) { return 0.1 + 2.2 * std::exp(-row / 60); }
double standing(double) { return 2.3; }

std::vector<MadeTag> norms_by_layer(double factor) {
  std::vector<MadeTag> tags;
  for (int layer = 0; layer < 10; ++layer)
    tags.push_back({"grad_norm/layers." + std::to_string(layer) + ".weight",
                    noisy([=](double) { return std::pow(factor, 9 - layer); }, static_cast<unsigned>(layer))});
  return tags;
}

std::vector<MadeTag> healthy_log() {
  std::vector<MadeTag> tags = norms_by_layer(0.9);
  tags.push_back({"train/loss", noisy(falling)});
  tags.push_back({"val/loss", values_by(20, [](double row) { return falling(20 * row); }), 20});
  return tags;
}

class LogExamination : public testing::Test {
 protected:
  Diagnosis examine(const std::vector<MadeTag>& tags) { return examine_log(read_log(write_log(folder_, "run", tags))); }
  static bool has_gap(const Diagnosis& diagnosis, const std::string& text) {
    return std::ranges::any_of(diagnosis.gaps, [&](const Diagnosis::Gap& gap) {
      return gap.pathology == text || gap.reason.find(text) != std::string::npos;
    });
  }
  static std::string cause(const Diagnosis& diagnosis) {
    return diagnosis.cause() ? diagnosis.cause()->pathology : "none";
  }
  TemporaryFolder folder_;
};

TEST_F(LogExamination, ALossAloneIsNeverHealthy) {
  for (const auto& loss : {noisy(falling), noisy([](double row) { return 1 / (1 + row); }),
                           noisy([](double row) { return 2 - row / 400; })}) {
    const Diagnosis diagnosis = examine({{"loss", loss}});
    EXPECT_EQ(diagnosis.verdict, Health::undecided) << diagnosis.summary;
    EXPECT_FALSE(diagnosis.summary.empty());
    EXPECT_TRUE(has_gap(diagnosis, "overfitting"));
    EXPECT_TRUE(has_gap(diagnosis, "vanishing-gradient"));
    EXPECT_TRUE(has_gap(diagnosis, "constant prediction is not known"));
  }
}

TEST_F(LogExamination, HealthyNeedsEveryPartOfTheEvidence) {
  const std::vector<MadeTag> whole = healthy_log();
  EXPECT_EQ(examine(whole).verdict, Health::healthy) << examine(whole).summary;
  for (const char* left_out : {"train/loss", "val/loss", "grad_norm/"}) {
    std::vector<MadeTag> tags = whole;
    std::erase_if(tags, [&](const MadeTag& tag) { return tag.tag.starts_with(left_out); });
    EXPECT_EQ(examine(tags).verdict, Health::undecided) << left_out;
  }
}

TEST_F(LogExamination, ALossThatStaysWhereItBeganIsSick) {
  int sick = 0;
  for (unsigned seed = 0; seed < 20; ++seed) {
    const Diagnosis diagnosis = examine({{"loss", noisy(standing, seed)}});
    // An unlucky first batch may leave it undecided, never healthy.
    EXPECT_NE(diagnosis.verdict, Health::healthy);
    EXPECT_EQ(cause(diagnosis), diagnosis.verdict == Health::sick ? "loss-plateau" : "none");
    sick += diagnosis.verdict == Health::sick ? 1 : 0;
  }
  EXPECT_GE(sick, 15);
  EXPECT_EQ(examine({{"loss", values_by(kRows, standing)}}).verdict, Health::sick);
}

TEST_F(LogExamination, ANetworkThatAnswersWellIsNotCalledUnlearned) {
  const Diagnosis diagnosis = examine(
      {{"loss", values_by(kRows, [](double) { return 0.1; })}, {"acc", values_by(kRows, [](double) { return 0.97; })}});
  EXPECT_EQ(diagnosis.verdict, Health::undecided) << diagnosis.summary;
}

TEST_F(LogExamination, AGradientThatShrinksOverTheLayersIsTheCauseOfAStandingLoss) {
  std::vector<MadeTag> tags = norms_by_layer(0.1);
  tags.push_back({"train/loss", values_by(kRows, standing)});
  const Diagnosis sick = examine(tags);
  EXPECT_EQ(sick.verdict, Health::sick);
  EXPECT_EQ(cause(sick), "vanishing-gradient");
  EXPECT_NE(sick.cause()->evidence.front().what.find("layers.0"), std::string::npos);
  EXPECT_NEAR(std::log10(sick.cause()->evidence.front().value), -7, 0.2) << "two layers at each end, 1e-1 a layer";
  std::vector<MadeTag> even = norms_by_layer(1);
  even.push_back({"train/loss", values_by(kRows, standing)});
  EXPECT_EQ(cause(examine(even)), "loss-plateau");
}

TEST_F(LogExamination, AShrinkingGradientUnderAFallingLossLeavesItUndecided) {
  std::vector<MadeTag> tags = healthy_log();
  std::erase_if(tags, [](const MadeTag& tag) { return tag.tag.starts_with("grad"); });
  for (const MadeTag& tag : norms_by_layer(0.1)) tags.push_back(tag);
  const Diagnosis diagnosis = examine(tags);
  EXPECT_EQ(diagnosis.verdict, Health::undecided);
  EXPECT_NE(diagnosis.summary.find("vanishing-gradient"), std::string::npos) << diagnosis.summary;
}

TEST_F(LogExamination, ALossThatEndsAsNoNumberIsSick) {
  std::vector<double> loss = noisy(falling);
  for (std::size_t row = 200; row < kRows; ++row) loss[row] = NAN;
  const Diagnosis diagnosis = examine({{"loss", loss}});
  EXPECT_EQ(diagnosis.verdict, Health::sick);
  EXPECT_TRUE(cause(diagnosis) == "divergence" || cause(diagnosis) == "non-finite") << cause(diagnosis);
  loss[kRows - 1] = INFINITY;
  EXPECT_EQ(examine({{"loss", loss}}).verdict, Health::sick);
  const Diagnosis from_start = examine({{"loss", values_by(30, [](double) { return NAN; })}});
  EXPECT_EQ(from_start.verdict, Health::sick);
}

TEST_F(LogExamination, ALossThatGrowsIsSick) {
  const Diagnosis diagnosis = examine({{"loss", noisy([](double row) { return 2 * std::exp(row / 50); })}});
  EXPECT_EQ(diagnosis.verdict, Health::sick);
  EXPECT_EQ(cause(diagnosis), "learning-rate-too-high");
}

TEST_F(LogExamination, AGradientThatLeapsBeforeTheLossIsTheCause) {
  const Diagnosis diagnosis = examine({{"loss", noisy([](double row) { return row <= 200 ? 2 : 90; })},
                                       {"grad_norm", noisy([](double row) { return row == 200 ? 1e6 : 1; })}});
  EXPECT_EQ(diagnosis.verdict, Health::sick);
  EXPECT_EQ(cause(diagnosis), "exploding-gradient");
  EXPECT_EQ(diagnosis.cause()->onset_step, 200);
}

TEST_F(LogExamination, LosingWhatWasLearnedOfSamplesHeldOutIsSick) {
  std::vector<MadeTag> tags = healthy_log();
  tags.back().values = values_by(20, [](double row) { return falling(20 * row) + 0.08 * row; });
  const Diagnosis diagnosis = examine(tags);
  EXPECT_EQ(diagnosis.verdict, Health::sick);
  EXPECT_EQ(cause(diagnosis), "overfitting");
  // The loss of surer mistakes rises as well: where answers stay as good, that is no failure.
  tags.push_back({"val/acc", values_by(20, [](double row) { return 1 - std::exp(-row / 3); }), 20});
  EXPECT_NE(examine(tags).verdict, Health::sick);
  tags.back().values = values_by(20, [](double row) { return row < 5 ? 0.8 : 0.8 - 0.01 * row; });
  EXPECT_EQ(examine(tags).verdict, Health::sick);
}

TEST_F(LogExamination, ALayerWithoutAnyGradientIsTold) {
  std::vector<MadeTag> tags = healthy_log();
  tags[4].values = values_by(kRows, [](double) { return 0; });
  const Diagnosis diagnosis = examine(tags);
  EXPECT_EQ(diagnosis.verdict, Health::undecided);
  EXPECT_NE(diagnosis.summary.find("disconnected-parameter"), std::string::npos) << diagnosis.summary;
}

TEST_F(LogExamination, WhatCannotBeJudgedSaysWhy) {
  const std::vector<std::pair<std::vector<MadeTag>, const char*>> cases = {
      {{{"gpu", {1, 2}}}, "no tag of a training loss"},
      {{{"loss", {3, 2, 1}}}, "3 training losses are too few"},
      {{{"loss", values_by(50, [](double row) { return 5 - row; })}}, "below 0"},
      {{{"loss", values_by(50, [](double row) { return row - 60; })}}, "not a number above 0"},
  };
  for (const auto& [tags, reason] : cases) {
    const Diagnosis diagnosis = examine(tags);
    EXPECT_EQ(diagnosis.verdict, Health::undecided);
    EXPECT_NE(diagnosis.summary.find(reason), std::string::npos) << diagnosis.summary;
  }
  EXPECT_TRUE(has_gap(examine(cases.front().first), "tags that were not read: gpu"));
}

}  // namespace
}  // namespace gradclinic
