// A training that predicts nothing is not sound, even where nothing that was tried does better.
#include <gtest/gtest.h>

#include <algorithm>

#include "diagnosis/made_record.h"
#include "gradclinic/diagnosis/doctor.h"

namespace gradclinic {
namespace {

/// Ended at this loss, of a constant prediction's, and at this accuracy on samples held out, half of each class.
Record ended_at(float loss, float accuracy, float values = 2) {
  Record record;
  record.spec = "[model]\nkind = \"outside\"\nlayers = \"a b\"\ndepth = 2\nwidth = 8\n[train]\nsteps = 200\n";
  add_table(record, "step", {0, 199}, {{{"lr", 0}, {0.1F, 0.1F}}});
  add_table(record, "survey", {0, 50, 100, 150, 200}, {{{"survey.loss", 0}, {1, loss, loss, loss, loss}}});
  add_table(record, "validation", {99, 199},
            {{{"validation_loss", 0}, {loss, loss}}, {{"validation_accuracy", 0}, {accuracy, accuracy}}});
  add_table(
      record, "data", {0},
      {{{"data.constant_loss", 0}, {1}}, {{"data.target_values", 0}, {values}}, {{"data.largest_class", 0}, {0.5F}}});
  record.outcome = {.status = "finished", .steps = 200};
  return record;
}

/// Where every trial comes to that loss.
Diagnosis examined(const Record& record, double tried) {
  DoctorOptions options;
  options.trials.train = [&](const Spec&, const std::vector<Change>&) {
    Counterfactual trained{.steps = 200};
    trained.course.training = points_of({1, tried, tried});
    trained.course.validation = points_of({1, tried, tried}, {0.5, 0.5, 0.5});
    return trained;
  };
  return diagnose(record, options);
}

TEST(NothingLearned, IsSickThoughNothingTriedIsBetter) {
  const Diagnosis diagnosis = examined(ended_at(1, 0.5F), 1);
  EXPECT_EQ(diagnosis.verdict, Health::sick);
  EXPECT_NE(diagnosis.summary.find("it learns nothing"), std::string::npos) << diagnosis.summary;
  ASSERT_TRUE(diagnosis.cause()) << "by the evidence alone";
  EXPECT_EQ(diagnosis.cause()->pathology, "loss-plateau");
  EXPECT_FALSE(std::ranges::count(diagnosis.findings, "worse-than-plain", &Finding::pathology)) << "it is not";
}

TEST(NothingLearned, IsNoMatterOfWhatLittleIsLearned) {
  EXPECT_EQ(examined(ended_at(0.9F, 0.5F), 0.9).verdict, Health::healthy);
  EXPECT_EQ(examined(ended_at(1, 0.6F), 1).verdict, Health::healthy) << "classes are told apart";
  EXPECT_EQ(examined(ended_at(1, 0.5F, NAN), 1).verdict, Health::healthy) << "of a loss that nobody knows";
}

}  // namespace
}  // namespace gradclinic
