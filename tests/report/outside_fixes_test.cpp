#include "gradclinic/report/outside_fixes.h"

#include <gtest/gtest.h>

#include "diagnosis/made_record.h"

namespace gradclinic {
namespace {

Record ended_after(std::int64_t steps, const std::vector<float>& losses) {
  Record record;
  add_table(record, "survey", {0, steps / 2, steps}, {{{"survey.loss", 0}, losses}});
  add_table(record, "step", {0}, {{{"step.loss", 0}, {losses.front()}}});
  record.outcome = {.status = "finished", .steps = steps, .final_loss = losses.back()};
  return record;
}

TEST(OutsideFixes, ATrainingThatWentOnHasTheLossesOfBoth) {
  const Record both = followed_by(ended_after(20, {3, 2, 1}), ended_after(10, {1, 0.5F, 0.25F}));
  EXPECT_EQ(both.outcome.steps, 30);
  EXPECT_EQ(both.outcome.final_loss, 0.25);
  const Series losses = both.series("survey.loss");
  EXPECT_EQ(losses.steps, (std::vector<std::int64_t>{0, 10, 20, 20, 25, 30}));
  EXPECT_EQ(losses.values, (std::vector<float>{3, 2, 1, 1, 0.5F, 0.25F}));
  EXPECT_EQ(both.series("step.loss").steps.size(), 1U) << "what no course is read from is the last one's";
}

TEST(OutsideFixes, OtherColumnsAreNotJoined) {
  Record first = ended_after(20, {3, 2, 1});
  first.tables["survey"].columns.push_back({"survey.accuracy", 0});
  const Record both = followed_by(first, ended_after(10, {1, 0.5F, 0.25F}));
  EXPECT_EQ(both.series("survey.loss").steps.size(), 3U);
}

}  // namespace
}  // namespace gradclinic
