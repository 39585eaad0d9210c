#include "gradclinic/lab/case_scores.h"

#include <gtest/gtest.h>

#include "support/temporary_folder.h"

namespace gradclinic {
namespace {

JudgedCase judged(const std::string& label, const std::string& said, double confidence = 0.5,
                  const std::vector<std::string>& accept = {}) {
  JudgedCase one;
  one.labelled.verdict = label.empty() ? "healthy" : "sick";
  one.labelled.cause = label;
  one.labelled.accept = accept;
  one.diagnosis.verdict = said.empty() ? Health::healthy : Health::sick;
  if (!said.empty()) one.diagnosis.findings.push_back({.pathology = said, .role = "cause", .confidence = confidence});
  return one;
}

bool any(const JudgedCase&) { return true; }

TEST(CaseScores, CountsWhatTheDoctorGotRight) {
  std::vector<JudgedCase> cases = {judged("dead-relu", "dead-relu"),
                                   judged("dead-relu", "divergence"),
                                   judged("dead-relu", "divergence", 0.5, {"divergence"}),
                                   judged("dead-relu", ""),
                                   judged("", ""),
                                   judged("", "dead-relu")};
  const CaseScores scores = score_cases(cases, any);
  EXPECT_EQ(scores.sick, 4);
  EXPECT_EQ(scores.recalled, 3);
  EXPECT_EQ(scores.right_causes, 2) << "one named, one accepted";
  EXPECT_EQ(scores.named_causes, 1);
  EXPECT_EQ(scores.healthy, 2);
  EXPECT_EQ(scores.false_alarms, 1);
  EXPECT_EQ(score_cases(cases, [](const JudgedCase& one) { return one.called_sick(); }).healthy, 1);
}

TEST(CaseScores, ACaseThatCannotBeJudgedIsWrong) {
  JudgedCase healthy = judged("", "");
  healthy.error = "no such file";
  JudgedCase sick = judged("dead-relu", "");
  sick.error = "no such file";
  const CaseScores scores = score_cases({healthy, sick}, any);
  EXPECT_EQ(scores.false_alarms, 1);
  EXPECT_EQ(scores.recalled, 0);
}

TEST(CaseScores, TheAreaIsTheShareOfPairsInTheRightOrder) {
  // With the pathology 0.9 and 0.4; without it 0.4, 0.1 and nothing: of six pairs five in order and one tie.
  const std::vector<JudgedCase> cases = {judged("dead-relu", "dead-relu", 0.9),
                                         judged("dead-relu", "dead-relu", 0.4),
                                         judged("divergence", "dead-relu", 0.4),
                                         judged("divergence", "dead-relu", 0.1),
                                         judged("", ""),
                                         judged("divergence", "dead-relu", 0.99, {"dead-relu"})};  // takes no part
  const std::vector<PathologyScore> scores = score_pathologies(cases);
  ASSERT_EQ(scores.size(), 2u);
  EXPECT_EQ(scores[0].pathology, "dead-relu");
  EXPECT_EQ(scores[0].labelled, 2);
  EXPECT_EQ(scores[0].told, 2);
  EXPECT_DOUBLE_EQ(scores[0].roc_area, 5.5 / 6);
  double under = 0;  // the curve's own area, by trapezoids from (0, 0)
  RocPoint last;
  for (const RocPoint& point : scores[0].roc) {
    under += (point.false_alarms - last.false_alarms) * (point.recall + last.recall) / 2;
    last = point;
  }
  EXPECT_DOUBLE_EQ(under, scores[0].roc_area);
  EXPECT_EQ(last.recall, 1);
  EXPECT_EQ(last.false_alarms, 1);
  EXPECT_EQ(scores[1].told, 0);
}

// Two small cases end to end; the result does not depend on how many are judged at once.
TEST(CaseScores, JudgesCasesSideBySide) {
  const TemporaryFolder folder;
  folder.write(
      "circle/base.toml",
      "name = \"circle\"\n[data]\nset = \"circle\"\nfeatures = 2\nsamples = 200\n[model]\ndepth = 3\nwidth = 16\n"
      "activation = \"tanh\"\ninit = \"xavier_uniform\"\n[train]\nloss = \"bce\"\noptimizer = \"adam\"\nlr = 0.01\n"
      "steps = 150\n");
  folder.write("circle/constant.toml",
               "verdict = \"sick\"\ncause = \"symmetric-init\"\nnote = \"All weights equal.\"\n[change]\n"
               "\"model.init\" = \"constant\"\n\"model.init_value\" = 0.1\n");
  const std::vector<Case> cases = load_cases(folder.path());
  const std::vector<JudgedCase> alone = judge_cases(cases, {.threads = 1});
  const std::vector<JudgedCase> together = judge_cases(cases, {.threads = 2});
  ASSERT_EQ(alone.size(), 2u);
  for (std::size_t i = 0; i < alone.size(); ++i) {
    EXPECT_EQ(alone[i].error, "");
    EXPECT_EQ(alone[i].called_sick(), alone[i].labelled.verdict == "sick") << alone[i].labelled.id;
    EXPECT_EQ(alone[i].diagnosis.summary, together[i].diagnosis.summary);
  }
  EXPECT_TRUE(alone[1].named_cause());
}

}  // namespace
}  // namespace gradclinic
