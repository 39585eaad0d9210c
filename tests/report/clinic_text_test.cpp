#include "gradclinic/report/clinic_text.h"

#include <gtest/gtest.h>

#include "fixture.h"

namespace gradclinic {
namespace {

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TrialResult trial(const std::string& fix, double outcome, bool proven) {
  TrialResult made{.fixes = {fix}, .outcome = outcome, .effect = outcome - 1, .coverage = 0.9375, .seeds = 5};
  made.proven = proven;
  return made;
}

PatientResult patient(const std::string& setting, const std::string& cause, std::vector<TrialResult> tried) {
  return {.experiment = "depth",
          .setting = setting,
          .verdict = "sick",
          .cause = cause,
          .measure = "training loss",
          .untreated = 1,
          .seeds = 5,
          .tried = std::move(tried)};
}

TEST(CauseAdvice, NamesTheFixThatIsProvenOnMostPatients) {
  const std::vector<PatientResult> patients{patient("a", "slow", {trial("one", 0.1, true), trial("two", 0.2, true)}),
                                            patient("b", "slow", {trial("two", 0.3, true), trial("one", 0.4, false)}),
                                            patient("c", "slow", {trial("two", 0.5, true)})};
  const std::vector<CauseAdvice> all = cause_advice(patients);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].patients, (std::vector<int>{0, 1, 2}));
  EXPECT_EQ(best_fix(all[0], patients), "two");
  EXPECT_TRUE(holds(all[0].headline,
                    "Against slow, two is proven on 3 of 3 patients: on depth (a) the training loss goes "
                    "from 1 to 0.2 (effect -0.8, 93.75 % interval"))
      << all[0].headline;
  EXPECT_TRUE(holds(all[0].paragraphs.front(), "Proven too: depth (a): one (0.1)")) << all[0].paragraphs.front();
}

TEST(CauseAdvice, SaysWhereTheBestFailsAndWhatItCosts) {
  TrialResult costly = trial("one", 0.1, true);
  costly.cost = 1.5;
  costly.length = 3;
  costly.side_effects = {"overfitting"};
  TrialResult baseline = trial("", 0.2, true);
  baseline.fixes = {};
  baseline.changes = {"model.width = 8"};
  std::vector<PatientResult> patients{patient("a", "slow", {costly}), patient("b", "slow", {trial("one", 0.9, false)})};
  patients[0].random = baseline;
  patients[0].random_changes = 7;
  const CauseAdvice advice = cause_advice(patients).front();
  EXPECT_TRUE(holds(advice.headline, "the best of 7 random changes (model.width = 8) reaches 0.2, proven too"));
  std::string text;
  for (const std::string& paragraph : advice.paragraphs) text += paragraph + "\n";
  EXPECT_TRUE(holds(text, "one is not proven everywhere: on depth (b)")) << text;
  EXPECT_TRUE(holds(text, "depth (a): 1.5 times the time per step, 3 times the steps, brings overfitting")) << text;
  EXPECT_TRUE(holds(text, "A random change is proven as well on depth (a).")) << text;
}

TEST(CauseAdvice, ClaimsNoFixWhereNoneIsProven) {
  const std::vector<PatientResult> patients{patient("a", "slow", {trial("one", 0.9, false)}), patient("b", "odd", {})};
  const std::vector<CauseAdvice> all = cause_advice(patients);
  EXPECT_TRUE(holds(all[0].headline, "No fix is proven against slow; what came furthest is one")) << all[0].headline;
  EXPECT_TRUE(holds(all[1].headline, "No fix applies")) << all[1].headline;
  EXPECT_EQ(best_fix(all[0], patients), "");
}

TEST(CauseAdvice, PutsTheProvenFirstAndTheHealthyLast) {
  const std::vector<CauseAdvice> all = cause_advice(testing::fixture().patients);
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].cause, "vanishing-gradient");
  EXPECT_EQ(all[0].patients, (std::vector<int>{2, 3}));
  EXPECT_EQ(all[1].cause, "exploding-gradient");
  EXPECT_EQ(all[2].headline, "The doctor calls 1 patient healthy: nothing to fix.");
}

}  // namespace
}  // namespace gradclinic
