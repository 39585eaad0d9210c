// Labels that have nothing to do with the inputs, on records that nobody trained.
#include <gtest/gtest.h>

#include <cmath>

#include "diagnosis/made_record.h"
#include "gradclinic/diagnosis/pathology.h"

namespace gradclinic {
namespace {

/// Of four classes; validated on 400 samples, with losses and accuracies on the way.
Record validated(float neighbours, const std::vector<float>& losses, const std::vector<float>& accuracies) {
  Record record;
  record.spec =
      "[model]\nkind = \"outside\"\nlayers = \"a b\"\ndepth = 2\nwidth = 8\n[train]\nloss = \"cross_entropy\"\nsteps = "
      "2\n";
  record.outcome = {.status = "finished", .steps = 2};
  add_table(record, "survey", {0, 2}, {{{"survey.loss", 0}, {1, 0.9F}}});
  add_table(record, "data", {0},
            {{{"data.constant_loss", 0}, {1}},
             {{"data.held_out", 0}, {400}},
             {{"data.target_values", 0}, {4}},
             {{"data.largest_class", 0}, {0.25F}},
             {{"data.neighbour_agreement", 0}, {neighbours}},
             {{"data.neighbour_chance", 0}, {0.25F}},
             {{"data.neighbour_uncertainty", 0}, {0.02F}}});
  add_table(record, "validation", {0, 1}, {{{"validation_loss", 0}, losses}, {{"validation_accuracy", 0}, accuracies}});
  return record;
}

TEST(UnlearnableLabels, AreRefutedByATrainingThatPredicts) {
  const Pathology& pathology = *find_pathology("unlearnable-labels");
  const Record record = validated(NAN, {1, 1.1F}, {0.25F, 0.26F});
  const Chart chart(record);
  const std::optional<Finding> finding = pathology.examine(chart);
  ASSERT_TRUE(finding) << "of words no neighbours are known";
  for (const Evidence& evidence : finding->evidence) EXPECT_FALSE(std::isnan(evidence.value)) << evidence.what;
  EXPECT_FALSE(finding->fatal) << "not before trials";
  Course fails, learns, diverges;
  fails.validation = points_of({1, 1.02}, {0.25, 0.27});
  learns.validation = points_of({1, 0.5}, {0.25, 0.8});
  diverges.validation = points_of({NAN, NAN}, {0.25, 0.25});
  EXPECT_FALSE(pathology.after_trials(chart, *finding, {&fails, &learns, &fails}));
  EXPECT_FALSE(pathology.after_trials(chart, *finding, {&fails})->fatal) << "one failure is not enough";
  EXPECT_TRUE(pathology.after_trials(chart, *finding, {&fails, &diverges, &fails})->fatal);
}

TEST(UnlearnableLabels, NeedNoTrialsWhereNeighboursDisagree) {
  const auto confidence = [](float neighbours) {
    const std::optional<Finding> finding =
        find_pathology("unlearnable-labels")->examine(Chart(validated(neighbours, {1, 1.1F}, {0.25F, 0.26F})));
    return finding && finding->fatal;
  };
  EXPECT_TRUE(confidence(0.26F));
  EXPECT_FALSE(confidence(0.9F));
}

TEST(UnlearnableLabels, MayKeepATrainingThatIsShownNoneHeldOutFromLearningItsOwn) {
  const Pathology& pathology = *find_pathology("unlearnable-labels");
  const auto unvalidated = [](float neighbours, float loss) {
    Record record = validated(neighbours, {1, 1}, {0.25F, 0.25F});
    record.tables.erase("validation");
    record.tables["survey"].values = {1, loss};
    return record;
  };
  const Record record = unvalidated(0.26F, 0.99F);
  const std::optional<Finding> finding = pathology.examine(Chart(record));
  ASSERT_TRUE(finding);
  EXPECT_FALSE(finding->fatal) << "not before trials";
  Course fails, learns, diverges;
  fails.training = points_of({1, 0.98});
  learns.training = points_of({1, 0.6});
  diverges.training = points_of({1, NAN});
  EXPECT_TRUE(pathology.after_trials(Chart(record), *finding, {&fails, &diverges, &fails})->fatal);
  EXPECT_FALSE(pathology.after_trials(Chart(record), *finding, {&fails, &learns, &fails}));
  EXPECT_FALSE(pathology.examine(Chart(unvalidated(0.9F, 0.99F)))) << "neighbours agree";
  EXPECT_FALSE(pathology.examine(Chart(unvalidated(NAN, 0.99F)))) << "none are known";
  EXPECT_FALSE(pathology.examine(Chart(unvalidated(0.26F, 0.6F)))) << "it learns, if only by heart";
}

TEST(UnlearnableLabels, AreNotSaidOfAnAccuracyFarAboveChance) {
  const Pathology& pathology = *find_pathology("unlearnable-labels");
  EXPECT_TRUE(pathology.examine(Chart(validated(NAN, {1, 0.96F}, {0.25F, 0.3F}))));
  EXPECT_FALSE(pathology.examine(Chart(validated(NAN, {1, 0.96F}, {0.25F, 0.9F})))) << "whatever the loss";
}

}  // namespace
}  // namespace gradclinic
