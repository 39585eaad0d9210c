#include "gradclinic/report/writeup.h"

#include <gtest/gtest.h>

#include <cmath>

#include "fixture.h"

namespace gradclinic {
namespace {

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TreatmentResult treatment(const std::string& fix, Verdict verdict, double effect) {
  TreatmentResult made;
  made.pathology = "vanishing gradients";
  made.fix = fix;
  made.patient = "ten layers";
  made.outcome = "loss final";
  made.verdict = verdict;
  made.effect = effect;
  made.low = effect * 0.9;
  made.high = effect * 1.1;
  made.pairs = 20;
  return made;
}

TEST(WriteUp, RanksWhatIsShownToHelpFirstThenByEffect) {
  LabResults results;
  results.treatments = {treatment("a", Verdict::inconclusive, 0.1), treatment("b", Verdict::supported, 0.5),
                        treatment("c", Verdict::refuted, NAN), treatment("d", Verdict::supported, 0.2),
                        treatment("e", Verdict::refuted, 2)};
  const WriteUp text = write_up(results);
  ASSERT_EQ(text.pathologies.size(), 1U);
  EXPECT_EQ(text.pathologies[0].ranking, (std::vector<int>{3, 1, 0, 4, 2}));
  EXPECT_TRUE(holds(text.pathologies[0].headline, "d worked best: the final loss fell to 0.2 times"));
  EXPECT_TRUE(holds(text.pathologies[0].headline, "0.18 to 0.22, n = 20; patient: ten layers"));
}

TEST(WriteUp, ClaimsNoWinnerWhereNothingIsShownToHelp) {
  LabResults results;
  results.treatments = {treatment("a", Verdict::inconclusive, 0.9), treatment("b", Verdict::refuted, 1.5)};
  const WriteUp text = write_up(results);
  EXPECT_TRUE(holds(text.pathologies[0].headline, "No fix tried against vanishing gradients is shown to help"));
}

TEST(WriteUp, InvertsTheRatioWhereMoreIsBetter) {
  TreatmentResult better = treatment("a", Verdict::supported, 0.5);
  better.outcome = "accuracy final";
  better.low = 0.4;
  better.high = 0.8;
  LabResults results;
  results.treatments = {better};
  EXPECT_TRUE(holds(write_up(results).pathologies[0].headline,
                    "the final accuracy rose to 2 times the untreated one (95 % interval 1.25 to 2.5"));
  EXPECT_EQ(effect_name(better), "final accuracy, untreated / treated");
  EXPECT_EQ(effect_name(treatment("a", Verdict::supported, 1)), "final loss, treated / untreated");
}

TEST(WriteUp, SaysWhenTheUntreatedNetworkDiverged) {
  LabResults results;
  results.treatments = {treatment("clipping", Verdict::supported, 0)};
  EXPECT_TRUE(holds(write_up(results).pathologies[0].headline, "where the untreated one diverged"));
}

TEST(WriteUp, RanksByTheTreatedOutcomeWhereEveryUntreatedNetworkDiverged) {
  TreatmentResult worse = treatment("clipping", Verdict::supported, 0);
  TreatmentResult better = treatment("smaller weights", Verdict::supported, 0);
  worse.treated_outcome = 0.5;
  better.treated_outcome = 0.1;
  LabResults results;
  results.treatments = {worse, better};
  EXPECT_TRUE(holds(write_up(results).pathologies[0].headline, "smaller weights worked best"));
}

TEST(WriteUp, SortsTheClaimsByVerdictAndLosesNone) {
  const LabResults results = testing::fixture();
  const WriteUp text = write_up(results);
  std::size_t sentences = 0;
  for (const ConclusionGroup& group : text.conclusions) sentences += group.conclusions.size();
  EXPECT_EQ(sentences, 9U);
  ASSERT_EQ(text.conclusions.size(), 4U);
  EXPECT_EQ(text.conclusions[1].verdict, Verdict::refuted);
  EXPECT_EQ(text.conclusions[1].conclusions[0].claim, "relu-flows-better-than-tanh");
  EXPECT_TRUE(holds(text.conclusions[1].conclusions[0].text, "ratio 0.13, 95 % interval 0.09 to 0.19, n = 20"));
}

TEST(WriteUp, SummarizesInOneParagraph) {
  const std::string summary = write_up(testing::fixture()).summary;
  EXPECT_TRUE(holds(summary,
                    "6 experiments with 1820 trainings tested 9 claims: 5 supported, 1 refuted, 2 "
                    "inconclusive and 1 vacuous."));
  EXPECT_TRUE(holds(summary, "Proven by trials on the patients: residual + he-init against vanishing-gradient."));
  EXPECT_TRUE(holds(summary, "interrupted"));
  EXPECT_EQ(summary.find('\n'), std::string::npos);
}

TEST(WriteUp, OfNothingSaysSo) {
  const WriteUp text = write_up(LabResults{});
  EXPECT_TRUE(holds(text.summary, "0 experiments with 0 trainings tested 0 claims"));
  EXPECT_TRUE(text.pathologies.empty());
  EXPECT_TRUE(text.conclusions.empty());
}

TEST(OutcomeText, ReadsLikeASentence) {
  EXPECT_EQ(outcome_text("validation_loss final"), "final validation loss");
  EXPECT_EQ(outcome_text("steps to loss below 0.5"), "steps to loss below 0.5");
}

TEST(WriteUp, NamesTheLiterature) {
  std::string all;
  for (const Reference& reference : references()) all += reference.id + "; ";
  EXPECT_EQ(all,
            "Glorot & Bengio 2010; He et al. 2015; Ioffe & Szegedy 2015; Ba et al. 2016; He et al. 2016; "
            "Pascanu et al. 2013; ");
}

}  // namespace
}  // namespace gradclinic
