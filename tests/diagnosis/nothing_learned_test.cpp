// A training that predicts nothing is not sound, even where nothing that was tried does better.
#include <gtest/gtest.h>

#include <algorithm>

#include "diagnosis/made_record.h"
#include "gradclinic/diagnosis/doctor.h"

namespace gradclinic {
namespace {

/// Ended at this loss, of a constant prediction's, and at this accuracy on samples held out, half of each class.
Record ended_at(float loss, float accuracy, float values = 2, float by_place = 1) {
  Record record;
  record.spec = "[model]\nkind = \"outside\"\nlayers = \"a b\"\ndepth = 2\nwidth = 8\n[train]\nsteps = 200\n";
  add_table(record, "step", {0, 199}, {{{"lr", 0}, {0.1F, 0.1F}}});
  add_table(record, "survey", {0, 50, 100, 150, 200}, {{{"survey.loss", 0}, {1, loss, loss, loss, loss}}});
  add_table(record, "validation", {99, 199},
            {{{"validation_loss", 0}, {loss, loss}}, {{"validation_accuracy", 0}, {accuracy, accuracy}}});
  add_table(record, "data", {0},
            {{{"data.constant_loss", 0}, {1}},
             {{"data.target_values", 0}, {values}},
             {{"data.largest_class", 0}, {0.5F}},
             {{"data.constant_by_place", 0}, {by_place}},
             {{"data.largest_by_place", 0}, {1 - 0.5F * by_place}}});
  record.outcome = {.status = "finished", .steps = 200};
  return record;
}

/// Of a loss that nobody knows, from `first` on.
Record of_unknown_loss(const std::vector<float>& losses) {
  Record record = ended_at(1, 0.5F);
  for (const char* table : {"survey", "validation", "data"}) record.tables.erase(table);
  add_table(record, "survey", {0, 50, 100, 150, 200}, {{{"survey.loss", 0}, losses}});
  add_table(record, "data", {0},
            {{{"data.constant_loss", 0}, {std::abs(losses.front())}}, {{"data.target_deviation", 0}, {NAN}}});
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

TEST(NothingLearned, IsWhatAConstantForEachPlaceKnows) {
  EXPECT_EQ(examined(ended_at(0.4F, 0.8F, 2, 0.4F), 0.4).verdict, Health::sick);
  EXPECT_EQ(examined(ended_at(0.4F, 0.8F), 0.4).verdict, Health::healthy);
  EXPECT_EQ(examined(ended_at(0.3F, 0.85F, 2, 0.4F), 0.3).verdict, Health::healthy) << "more than that";
}

TEST(NothingLearned, IsNoMatterOfWhatLittleIsLearned) {
  EXPECT_EQ(examined(ended_at(0.89F, 0.5F), 0.89).verdict, Health::healthy);
  EXPECT_EQ(examined(ended_at(1, 0.6F), 1).verdict, Health::healthy) << "classes are told apart";
  EXPECT_EQ(examined(ended_at(1, 0.5F, NAN), 1).verdict, Health::healthy) << "of a loss that nobody knows";
}

TEST(NothingLearned, CannotBeToldOfALossThatIsNotUnderstoodAndHardlyFalls) {
  DoctorOptions options;
  double tried = 0.97;
  options.trials.train = [&](const Spec&, const std::vector<Change>&) {
    Counterfactual trained{.steps = 200};
    trained.course.of_first = true;
    trained.course.least_fall = 0.1;
    trained.course.training = points_of({1, tried, tried});
    return trained;
  };
  const Record adversarial = of_unknown_loss({0.7F, 0.68F, 0.72F, 0.69F, 0.7F});
  EXPECT_EQ(diagnose(adversarial, options).verdict, Health::undecided);
  EXPECT_NE(diagnose(adversarial, options).summary.find("adversarial"), std::string::npos);
  DoctorOptions record_alone;
  record_alone.probe = false;
  EXPECT_EQ(diagnose(adversarial, record_alone).verdict, Health::undecided);
  EXPECT_EQ(diagnose(of_unknown_loss({0.7F, 0.5F, 0.4F, 0.35F, 0.3F}), options).verdict, Health::healthy);
  tried = 0.4;
  EXPECT_EQ(diagnose(adversarial, options).verdict, Health::sick) << "a change lets it fall";
}

TEST(NothingLearned, CannotBeToldOfAPolicyGradient) {
  Record record = of_unknown_loss({0.01F, -0.1F, -0.2F, -0.21F, -0.21F});
  DoctorOptions options;
  options.probe = false;
  EXPECT_EQ(diagnose(record, options).verdict, Health::healthy);
  record.tables.erase("data");
  add_table(record, "data", {0},
            {{{"data.constant_loss", 0}, {0.01F}},
             {{"data.target_deviation", 0}, {NAN}},
             {{"data.policy_gradient", 0}, {1}}});
  EXPECT_EQ(diagnose(record, options).verdict, Health::undecided);
  EXPECT_NE(diagnose(record, options).summary.find("returns"), std::string::npos);
}

TEST(NothingLearned, CannotBeToldOfOptimizersThatTakeTurns) {
  Record record = of_unknown_loss({0.8F, 0.5F, 0.3F, 0.3F, 0.3F});
  DoctorOptions options;
  options.probe = false;
  const auto of_targets = [&](float deviation) {
    record.tables.erase("data");
    add_table(record, "data", {0},
              {{{"data.constant_loss", 0}, {0.8F}},
               {{"data.target_deviation", 0}, {deviation}},
               {{"data.alternating", 0}, {1}}});
    return diagnose(record, options);
  };
  EXPECT_EQ(of_targets(NAN).verdict, Health::undecided);
  EXPECT_NE(of_targets(NAN).summary.find("take turns"), std::string::npos);
  EXPECT_NE(of_targets(0.5F).verdict, Health::undecided) << "a loss that is understood tells";
}

TEST(NothingLearned, CannotBeToldOfLossesThatChangeAsMuchAsTheyFall) {
  const Course noisy = read_course(of_unknown_loss({0.01F, -0.02F, 0.0F, -0.015F, 0.005F}));
  EXPECT_FALSE(noisy.falls());
  EXPECT_TRUE(read_course(of_unknown_loss({0.01F, -0.1F, -0.2F, -0.21F, -0.21F})).falls());
}

}  // namespace
}  // namespace gradclinic
