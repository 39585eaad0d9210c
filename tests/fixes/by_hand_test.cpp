// Fixes that the diagnosis says to make by hand.
#include <gtest/gtest.h>

#include "fixes/patient.h"
#include "gradclinic/diagnosis/outside_changes.h"
#include "gradclinic/fixes/candidates.h"

namespace gradclinic {
namespace {

Diagnosis by_hand(const std::string& pathology, const std::string& change, double restored) {
  Diagnosis diagnosis = sick_of(pathology);
  diagnosis.findings.front().by_hand = true;
  diagnosis.findings.front().fixes.clear();
  diagnosis.trials.push_back({.suspect = pathology, .change = change, .restored = restored});
  return diagnosis;
}

TEST(ByHand, WhatTheTrialsRemovedTheCauseByIsAFix) {
  const Spec spec = patient({{"model.dropout", "0.9"}});
  const Record record = record_of(spec);
  const Chart chart(record);
  Pilot pilot(chart, {});
  const Diagnosis diagnosis = by_hand("excess-dropout", "model.dropout = 0.0", 0.9);
  FixContext context{.spec = spec, .chart = chart, .pilot = pilot};
  context.removal = removal_by_hand(diagnosis, chart);
  const std::vector<Candidate> singles = single_candidates(suggested_fixes(diagnosis, 1), context, 8);
  ASSERT_EQ(singles.size(), 1U);
  EXPECT_EQ(singles.front().fixes, std::vector<std::string>{"as-diagnosed"});
  EXPECT_EQ(text_of(singles.front().changes), "model.dropout = 0.0");
}

TEST(ByHand, WhatWasNotTriedOrDidNothingIsNone) {
  const Record record = record_of(patient({{"model.dropout", "0.9"}}));
  const Chart chart(record);
  EXPECT_TRUE(removal_by_hand(by_hand("excess-dropout", "model.dropout = 0.5", 0.9), chart).empty());
  EXPECT_TRUE(removal_by_hand(by_hand("excess-dropout", "model.dropout = 0.0", -0.1), chart).empty());
  Diagnosis diagnosis = by_hand("excess-dropout", "model.dropout = 0.0", 0.9);
  diagnosis.findings.front().by_hand = false;
  EXPECT_TRUE(removal_by_hand(diagnosis, chart).empty()) << "fixes of the catalogue do it";
}

TEST(ByHand, APlainNetworkMendsNothing) {
  const Record record = record_of(patient());
  const Chart chart(record);
  EXPECT_TRUE(removal_by_hand(by_hand("worse-than-plain", "model.plain = true", 1), chart).empty());
}

TEST(ByHand, ChangesThatNoSpecSaysLeaveItAsItIs) {
  const Spec spec = patient();
  EXPECT_EQ(with_known(spec, {{kOutputKey, "logits"}}), spec);
  EXPECT_EQ(with_known(spec, {{kOutputKey, "logits"}, {"train.lr", "0.5"}}).train.lr, 0.5);
  EXPECT_ANY_THROW(with(spec, {{kOutputKey, "logits"}}));
}

}  // namespace
}  // namespace gradclinic
