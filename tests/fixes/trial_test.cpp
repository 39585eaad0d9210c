#include "gradclinic/fixes/trial.h"

#include <gtest/gtest.h>

#include <set>

#include "fixes/patient.h"
#include "gradclinic/fixes/random_changes.h"
#include "gradclinic/train/train.h"

namespace gradclinic {
namespace {

/// So slow that it learns nothing in its steps.
Spec slow() { return patient({{"train.lr", "0.0001"}, {"train.optimizer", "sgd"}}); }

TrialReport try_on(const Spec& spec, const std::string& pathology, TrialOptions options = {}) {
  return try_fixes(spec, record_of(spec), sick_of(pathology), options);
}

TEST(Trials, ProveTheFixOfATrainingThatIsTooSlow) {
  const TrialReport report = try_on(slow(), "learning-rate-too-low");
  EXPECT_EQ(report.measure, OutcomeMeasure::held_out_accuracy);
  ASSERT_TRUE(report.proven);
  const TriedFix& best = report.tried[*report.proven];
  EXPECT_EQ(best.candidate.fixes.size(), 1U) << "no pair where one will do";
  EXPECT_GT(best.found.outcome, report.outcome + 0.05);
  EXPECT_GT(best.found.interval.low, 0);
  EXPECT_NEAR(best.found.interval.coverage, 0.9375, 1e-9) << "five seeds";
  EXPECT_LE(best.holm, 0.05);
  ASSERT_TRUE(best.mechanism);
  EXPECT_EQ(best.mechanism->pathology, "learning-rate-too-low");
  EXPECT_LT(best.mechanism->after, best.mechanism->before);
  EXPECT_GT(best.cost_per_step, 0);
}

TEST(Trials, TellWhichFixesOfTheCauseWereNotTried) {
  const TrialReport report = try_on(patient(), "vanishing-gradient", {.seeds = 1, .anyway = true, .examine = false});
  EXPECT_EQ(report.untried, std::vector<std::string>{"he-init"}) << "as which it is initialized already";
}

TEST(Trials, StandBesideAtLeastAsMuchWorkOfRandomChanges) {
  const TrialReport report = try_on(slow(), "learning-rate-too-low", {.seeds = 3, .examine = false});
  EXPECT_GE(report.random.size(), report.tried.size());
  EXPECT_GT(report.random_work, 0.8 * report.work);
  EXPECT_LT(report.random_work, 2 * report.work);
  for (const TriedFix& tried : report.random) EXPECT_TRUE(tried.candidate.fixes.empty());
}

TEST(Trials, EverythingOfOneSeedHasTheSameDataAndUntreatedWeights) {
  const TrialReport report = try_on(slow(), "learning-rate-too-low", {.seeds = 3, .examine = false});
  for (const TriedFix& tried : report.tried) {
    const bool same_network = tried.fixed.model == slow().model && tried.fixed.data == slow().data;
    for (std::size_t seed = 0; seed < tried.courses.size(); ++seed) {
      EXPECT_EQ(tried.courses[seed].constant_loss, report.untreated[seed].constant_loss);
      // Before the first update the same weights see the same samples.
      const double first = tried.courses[seed].training.front().loss;
      EXPECT_TRUE(!same_network || first == report.untreated[seed].training.front().loss);
    }
  }
  EXPECT_NE(report.untreated[0].training.front().loss, report.untreated[1].training.front().loss);
}

TEST(Trials, DoNotDependOnTheNumberOfThreads) {
  const TrialReport one = try_on(slow(), "learning-rate-too-low", {.seeds = 2, .threads = 1});
  const TrialReport many = try_on(slow(), "learning-rate-too-low", {.seeds = 2, .threads = 5});
  for (const auto list : {&TrialReport::tried, &TrialReport::random}) {
    ASSERT_EQ((one.*list).size(), (many.*list).size());
    for (std::size_t i = 0; i < (one.*list).size(); ++i) {
      const TriedFix& left = (one.*list)[i];
      const TriedFix& right = (many.*list)[i];
      EXPECT_EQ(left.fixed, right.fixed);
      EXPECT_EQ(left.found.outcome, right.found.outcome);
      EXPECT_EQ(left.found.effect, right.found.effect);
      EXPECT_EQ(left.side_effects.size(), right.side_effects.size());
    }
  }
}

TEST(Trials, LeaveAHealthyTrainingAloneUnlessAsked) {
  const Spec spec = patient();
  const Diagnosis healthy{.verdict = Health::healthy};
  const TrialReport none = try_fixes(spec, record_of(spec), healthy, {});
  EXPECT_TRUE(none.tried.empty() && none.untreated.empty() && !none.proven);
  const TrialReport asked = try_fixes(spec, record_of(spec), healthy, {.seeds = 2, .anyway = true, .examine = false});
  EXPECT_FALSE(asked.tried.empty());
  EXPECT_FALSE(asked.proven);
}

TEST(Trials, ProveNothingWhereLabelsAreNoise) {
  const Spec spec = patient({{"data.set", "noise"}, {"train.loss", "mse"}, {"data.validation", "0.5"}});
  const TrialReport report = try_on(spec, "learning-rate-too-low", {.examine = false});
  EXPECT_FALSE(report.proven);
}

TEST(Trials, KeepWhatWasFinishedWhenStopped) {
  std::atomic<bool> stop = false;
  TrialOptions options{.seeds = 3, .examine = false, .stop = &stop};
  options.on_progress = [&](std::size_t done, std::size_t) { stop = done >= 8; };
  const TrialReport report = try_on(slow(), "learning-rate-too-low", options);
  EXPECT_TRUE(report.interrupted);
  EXPECT_EQ(report.untreated.size(), 3U);
  EXPECT_FALSE(report.tried.empty());
  EXPECT_FALSE(report.proven);
}

TEST(RandomChanges, AreValidDifferentAndTheSameForASeed) {
  const Spec spec = patient();
  const Record record = record_of(spec);
  const Chart chart(record);
  Pilot pilot(chart, {});
  const FixContext context{spec, chart, pilot};
  const auto text = [](const std::vector<std::vector<Change>>& changes) {
    std::vector<std::string> all;
    for (const std::vector<Change>& one : changes) all.push_back(one.back().key + "=" + one.back().value);
    return all;
  };
  const auto changes = random_changes(context, 40, 1);
  EXPECT_EQ(changes.size(), 40U);
  for (const std::vector<Change>& one : changes) EXPECT_NE(with(spec, one), spec);
  const std::vector<std::string> texts = text(changes);
  EXPECT_EQ(std::set<std::string>(texts.begin(), texts.end()).size(), 40U);
  EXPECT_EQ(texts, text(random_changes(context, 40, 1)));
  EXPECT_NE(texts, text(random_changes(context, 40, 2)));
}

}  // namespace
}  // namespace gradclinic
