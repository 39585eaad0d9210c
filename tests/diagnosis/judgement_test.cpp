#include "gradclinic/diagnosis/judgement.h"

#include <gtest/gtest.h>

#include "diagnosis/made_record.h"

namespace gradclinic {
namespace {

/// A record of a run of 20 steps that was surveyed three times; of classes where there is an accuracy.
Record ended_at(float loss, const std::string& status = "finished", float accuracy = NAN) {
  Record record;
  add_table(
      record, "survey", {0, 10, 20},
      {{{"survey.loss", 0}, {1, (1 + loss) / 2, loss}}, {{"survey.accuracy", 0}, {accuracy, accuracy, accuracy}}});
  add_table(record, "data", {0}, {{{"data.constant_loss", 0}, {1}}});
  record.outcome = {.status = status, .steps = 20};
  return record;
}

TriedChange tried(double loss, std::int64_t steps = 20) {
  TriedChange tried;
  tried.changes = {{"train.lr", "0.1"}, {"train.clip_norm", "1.0"}};
  tried.result.steps = steps;
  tried.result.course.training = points_of({1, (1 + loss) / 2, loss});
  tried.result.course.diverged = !std::isfinite(loss);
  return tried;
}

TriedChange impossible() { return {}; }

Suspect suspect(const std::string& id, double confidence, std::vector<TriedChange> tried = {}) {
  Suspect suspect{find_pathology(id), {}, std::move(tried)};
  suspect.finding.confidence = confidence;
  suspect.finding.sentence = "what is wrong";
  return suspect;
}

TEST(Judgement, FailsWhereSomethingTriedIsClearlyBetter) {
  const Record record = ended_at(0.5F);
  const Chart chart(record);
  const auto without = [](double loss) {
    return std::vector{suspect("over-clipping", 0.5, {tried(0.6), tried(loss)})};
  };
  EXPECT_FALSE(judge(chart, without(0.4), {tried(0.5)}).failing);
  EXPECT_TRUE(judge(chart, without(0.1), {tried(0.5)}).failing);
  EXPECT_FALSE(judge(chart, {}, {tried(0.9), tried(NAN), impossible()}).failing);
}

TEST(Judgement, AReferenceHasToBeClearer) {
  const auto failing = [](float loss, float accuracy) {
    const Record record = ended_at(loss, "finished", accuracy);
    return judge(Chart(record), {}, {tried(0.1)}).failing;
  };
  EXPECT_FALSE(failing(0.4F, 0.5F)) << "missing 0.33 of what it learned: 1.3 times clear";
  EXPECT_TRUE(failing(0.5F, 0.5F)) << "missing 0.44";
  EXPECT_TRUE(failing(0.4F, NAN)) << "of amounts";
  EXPECT_FALSE(failing(0.33F, NAN)) << "missing 0.26: 1.02 times clear";
}

TEST(Judgement, WhatNothingAsksForHasToBeClearer) {
  const Record record = ended_at(0.5F, "finished", 0.5F);
  const Chart chart(record);
  const auto failing = [&](double confidence, double loss) {
    return judge(chart, {suspect("learning-rate-too-low", confidence, {tried(loss)})}, {}).failing;
  };
  EXPECT_TRUE(failing(0.5, 0.3)) << "missing 0.29 of what it learned: 1.14 times clear";
  EXPECT_FALSE(failing(0.3, 0.3));
  EXPECT_TRUE(failing(0.3, 0.15)) << "missing 0.41";
}

TEST(Judgement, WhatTheRecordSpeaksPlainlyForHasLessToProve) {
  const Record record = ended_at(0.5F, "finished", 0.5F);
  const Chart chart(record);
  const auto failing = [&](double confidence, double loss) {
    return judge(chart, {suspect("over-clipping", confidence, {tried(loss)})}, {}).failing;
  };
  EXPECT_TRUE(failing(0.8, 0.365)) << "missing 0.21 of what it learned: 0.85 times clear";
  EXPECT_FALSE(failing(0.79, 0.365));
  EXPECT_FALSE(failing(0.95, 0.42)) << "missing 0.14";
}

TEST(Judgement, IsHeldAgainstTheBest) {
  const Record record = ended_at(0.5F);
  const Chart chart(record);
  const std::vector<TriedChange> references = {tried(0.4), tried(0.1), tried(0.2), tried(NAN), impossible()};
  const Judgement judgement = judge(chart, {}, references);
  EXPECT_EQ(judgement.best, &references[1].result);
  EXPECT_NEAR(judgement.shortfall, 0.4 / 0.9 / 0.25, 1e-6);
}

TEST(Judgement, ATrialThatEndedEarlyIsComparedAtItsLastStep) {
  const Record record = ended_at(0.2F);
  const Chart chart(record);
  TriedChange early = tried(0.1, 10);
  early.result.course.training = points_of({1, 0.1});
  EXPECT_TRUE(judge(chart, {}, {early}).failing) << "at step 10 the run had come to 0.6 only";
  early.result.course.training = points_of({1, 0.6});
  EXPECT_FALSE(judge(chart, {}, {early}).failing);
}

TEST(Judgement, DivergenceAndFatalFindingsFailByThemselves) {
  const Record diverged = ended_at(NAN, "diverged");
  EXPECT_TRUE(judge(Chart(diverged), {}, {}).failing);
  EXPECT_TRUE(judge(Chart(diverged), {}, {tried(NAN)}).failing);
  const Record record = ended_at(0.1F);
  const Chart chart(record);
  Suspect fatal = suspect("unlearnable-labels", 0.9);
  EXPECT_FALSE(judge(chart, {fatal}, {tried(0.1)}).failing);
  fatal.finding.fatal = true;
  EXPECT_TRUE(judge(chart, {fatal}, {tried(0.1)}).failing);
  EXPECT_EQ(judge(chart, {fatal}, {tried(0.1)}).reason, "what is wrong");
}

TEST(Judgement, WithoutTrialsTheRecordDecides) {
  const auto failing = [](float loss, const std::vector<Suspect>& suspects) {
    const Record record = ended_at(loss);
    const Chart chart(record);
    const Judgement judgement = judge(chart, suspects, {});
    EXPECT_EQ(judgement.best, nullptr);
    EXPECT_FALSE(judgement.reason.empty());
    return judgement.failing;
  };
  EXPECT_TRUE(failing(0.99F, {}));
  EXPECT_FALSE(failing(0.1F, {}));
  EXPECT_FALSE(failing(0.7F, {suspect("over-clipping", 0.5)}));
  EXPECT_TRUE(failing(0.7F, {suspect("over-clipping", 0.85)})) << "half learned, on strong evidence";
  EXPECT_FALSE(failing(0.7F, {suspect("warm-up", 0.85)})) << "which is benign";
  EXPECT_FALSE(failing(0.1F, {suspect("over-clipping", 0.85)}));
}

TEST(Judgement, RestoredIsTheShareMadeGood) {
  const Record record = ended_at(0.9F);
  const Chart chart(record);
  const std::vector<TriedChange> references = {tried(0.1)};
  const Judgement judgement = judge(chart, {}, references);
  EXPECT_NEAR(restored(chart, references[0].result, judgement), 1, 1e-9) << "the best restores all";
  EXPECT_NEAR(restored(chart, tried(0.9).result, judgement), 0, 1e-6) << "no better than the run";
  EXPECT_NEAR(restored(chart, tried(0.5).result, judgement), 0.5, 1e-6);
  EXPECT_LT(restored(chart, tried(0.99).result, judgement), 0) << "worse";
  EXPECT_EQ(restored(chart, tried(NAN).result, judgement), -1) << "it diverges, which the run did not";
  EXPECT_TRUE(std::isnan(restored(chart, impossible().result, judgement)));
  EXPECT_TRUE(std::isnan(restored(chart, tried(0.5).result, {}))) << "without a best";
}

TEST(Judgement, ASuspectRestoresWhatItsBestRemovalDoes) {
  const Record record = ended_at(0.9F);
  const Chart chart(record);
  const std::vector<TriedChange> references = {tried(0.1)};
  std::vector<Suspect> suspects = {suspect("over-clipping", 0.5, {tried(0.8), tried(0.5), impossible(), tried(NAN)}),
                                   suspect("divergence", 0.5), suspect("dead-relu", 0.5, {impossible()})};
  const Judgement judgement = judge(chart, suspects, references);
  weigh(chart, judgement, suspects);
  EXPECT_NEAR(suspects[0].restored, 0.5, 1e-6);
  EXPECT_TRUE(std::isnan(suspects[1].restored)) << "nothing to try";
  EXPECT_TRUE(std::isnan(suspects[2].restored)) << "nothing that could be run";
}

TEST(Judgement, ReportsEveryTrialThatRan) {
  const Record record = ended_at(0.9F);
  const Chart chart(record);
  TriedChange held_out = tried(0.1);
  held_out.result.course.validation = points_of({1, 0.3}, {0.5, 0.8});
  const std::vector<TriedChange> references = {held_out, impossible()};
  const std::vector<Suspect> suspects = {suspect("over-clipping", 0.5, {tried(0.5)})};
  const std::vector<Trial> trials = trials_of(chart, suspects, references, judge(chart, suspects, references));
  ASSERT_EQ(trials.size(), 2U);
  EXPECT_EQ(trials[0].suspect, "reference");
  EXPECT_EQ(trials[0].validation_loss, 0.3);
  EXPECT_EQ(trials[0].validation_accuracy, 0.8);
  EXPECT_EQ(trials[1].suspect, "over-clipping");
  EXPECT_EQ(trials[1].change, "train.lr = 0.1, train.clip_norm = 1.0");
  EXPECT_EQ(trials[1].loss, 0.5);
  EXPECT_TRUE(std::isnan(trials[1].validation_loss));
}

TEST(Judgement, WhereNothingIsLearnedWhatWasTriedInVainStandsBehindWhatWasNot) {
  Record record = ended_at(1);
  record.tables.erase("data");
  add_table(record, "data", {0}, {{{"data.constant_loss", 0}, {1}}, {{"data.target_values", 0}, {3}}});
  const Chart chart(record);
  std::vector<Suspect> suspects = {suspect("vanishing-gradient", 0.9, {tried(0.99)}), suspect("loss-plateau", 0.4)};
  const Judgement judgement = judge(chart, suspects, {tried(1)});
  EXPECT_TRUE(judgement.failing);
  EXPECT_FALSE(judgement.tells_apart);
  weigh(chart, judgement, suspects);
  EXPECT_LT(suspects[0].restored, 0.2);
  EXPECT_TRUE(std::isnan(suspects[1].restored));
}

TEST(Judgement, ChangesOfThreeKindsNeedNotBeAsClear) {
  const Record record = ended_at(0.5F, "finished", 0.5F);
  const Chart chart(record);
  const double loss = 0.26;  // missing 0.32 of what it learned: 1.3 times clear
  const std::vector<Suspect> two = {suspect("learning-rate-too-low", 0.3, {tried(loss), tried(loss)}),
                                    suspect("undertrained", 0.3, {tried(loss)})};
  EXPECT_FALSE(judge(chart, two, {}).failing) << "two kinds";
  EXPECT_TRUE(judge(chart, two, {tried(loss)}).failing);
  EXPECT_FALSE(judge(chart, two, {tried(0.35)}).failing) << "the third is no better by as much";
}

}  // namespace
}  // namespace gradclinic
