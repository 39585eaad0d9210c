#include "gradclinic/lab/case_cures.h"

#include <gtest/gtest.h>

#include "gradclinic/diagnosis/pathology.h"

namespace gradclinic {
namespace {

CuredCase outcome(bool held_out, bool cured, bool random_cured) {
  return {.held_out = held_out, .cured = cured, .random_cured = random_cured, .healthy_after = cured};
}

TEST(CureScores, CountPairsThatDifferAndTestThemExactly) {
  std::vector<CuredCase> cases(7, outcome(true, true, false));
  cases.push_back(outcome(true, false, true));
  cases.push_back(outcome(true, true, true));
  cases.push_back(outcome(true, false, false));
  cases.push_back(outcome(false, true, true));
  const CureScores scores = score_cures(cases, [](const CuredCase& one) { return one.held_out; });
  EXPECT_EQ(scores.sick, 10);
  EXPECT_EQ(scores.cured, 8);
  EXPECT_EQ(scores.random_cured, 2);
  EXPECT_EQ(scores.only_fix, 7);
  EXPECT_EQ(scores.only_random, 1);
  EXPECT_NEAR(scores.p, 2 * (1 + 8) / 256.0, 1e-12);  // of 8 fair coins at most 1, or at least 7
  const CureScores none = score_cures({outcome(true, true, true)}, [](const CuredCase&) { return true; });
  EXPECT_EQ(none.p, 1);
}

JudgedCase slow_case(Health verdict) {
  Spec base;
  base.seed = 3;
  base.data = {.set = "circle", .samples = 200, .features = 2, .validation = 0.3};
  base.model = {.depth = 4, .width = 16, .init = "he_normal"};
  base.train = {.loss = "bce", .optimizer = "momentum", .lr = 0.1, .steps = 120};
  JudgedCase judged;
  judged.labelled = {.id = "circle/slow", .verdict = "sick", .cause = "learning-rate-too-low", .base_spec = base};
  judged.labelled.spec = base;
  judged.labelled.spec.train.lr = 1e-5;
  judged.diagnosis.verdict = verdict;
  judged.diagnosis.findings = {
      {.pathology = "learning-rate-too-low", .role = "cause", .fixes = find_pathology("learning-rate-too-low")->fixes}};
  return judged;
}

TEST(CureCases, HoldTheBestFixAgainstTheHealthyBase) {
  const std::vector<CuredCase> cured = cure_cases({slow_case(Health::sick)}, {.seeds = 2});
  ASSERT_EQ(cured.size(), 1U);
  EXPECT_TRUE(cured[0].cured) << cured[0].shortfall;
  EXPECT_FALSE(cured[0].fixes.empty());
  EXPECT_FALSE(cured[0].random_changes.empty());
}

TEST(CureCases, CountAMissAsNotCured) {
  const std::vector<CuredCase> cured = cure_cases({slow_case(Health::healthy)}, {.seeds = 2});
  ASSERT_EQ(cured.size(), 1U);
  EXPECT_FALSE(cured[0].cured);
  EXPECT_FALSE(cured[0].random_cured);
  EXPECT_TRUE(cured[0].fixes.empty());
}

}  // namespace
}  // namespace gradclinic
