#include "gradclinic/diagnosis/course.h"

#include <gtest/gtest.h>

#include "diagnosis/made_record.h"
#include "diagnosis/patient.h"

namespace gradclinic {
namespace {

Record made(const std::vector<float>& losses, float constant_loss, const std::string& status = "finished") {
  Record record;
  std::vector<std::int64_t> steps;
  for (std::size_t i = 0; i < losses.size(); ++i) steps.push_back(static_cast<std::int64_t>(10 * i));
  add_table(record, "survey", steps,
            {{{"survey.loss", 0}, losses}, {{"survey.accuracy", 0}, std::vector<float>(losses.size(), 0.5F)}});
  add_table(record, "data", {0}, {{{"data.constant_loss", 0}, {constant_loss}}, {{"data.held_out", 0}, {25}}});
  record.outcome = {.status = status, .steps = 10 * static_cast<std::int64_t>(losses.size() - 1)};
  return record;
}

TEST(Course, LossesAreOfAConstantPredictions) {
  Record record = made({4, 2, 1}, 4);
  add_table(record, "validation", {9, 19},
            {{{"validation_loss", 0}, {6, 3}}, {{"validation_accuracy", 0}, {0.25F, 0.75F}}});
  const Course course = read_course(record);
  EXPECT_EQ(course.constant_loss, 4);
  EXPECT_EQ(course.held_out, 25);
  ASSERT_EQ(course.training.size(), 3U);
  EXPECT_EQ(course.training[0].loss, 1);
  EXPECT_EQ(course.last().loss, 0.25);
  EXPECT_EQ(course.last().step, 20);
  EXPECT_EQ(course.last().accuracy, 0.5);
  ASSERT_EQ(course.validation.size(), 2U);
  EXPECT_EQ(course.validation[1].loss, 0.75);
  EXPECT_EQ(course.validation[1].accuracy, 0.75);
  EXPECT_EQ(course.validation[1].step, 20) << "updates done, as surveys count them";
  EXPECT_FALSE(course.diverged);
}

TEST(Course, TheUnitMayBeThatOfAnother) {
  const Course other = read_course(made({1}, 8));
  const Course course = read_course(made({4, 2}, 4), &other);
  EXPECT_EQ(course.constant_loss, 8);
  EXPECT_EQ(course.training[0].loss, 0.5);
}

TEST(Course, OfSumsTheUnitOfSamplesHeldOutIsTheirOwn) {
  Record record = made({4, 2, 1}, 4);
  add_table(record, "validation", {0, 9, 19}, {{{"validation_loss", 0}, {40, 22, 12}}});
  EXPECT_EQ(read_course(record).validation[0].loss, 10);
  record.tables.erase("data");
  add_table(record, "data", {0}, {{{"data.constant_loss", 0}, {4}}, {{"data.loss_summed", 0}, {1}}});
  const Course course = read_course(record);
  EXPECT_EQ(course.validation_unit, 44) << "the median of 40 over 1, 22 over 1/2 and 12 over 1/4";
  EXPECT_NEAR(course.validation[1].loss, 0.5, 1e-12);
  EXPECT_EQ(course.training[1].loss, 0.5);
}

Record of_unknown_loss(const std::vector<float>& losses) {
  Record record = made(losses, std::abs(losses.front()));
  record.tables.erase("data");
  add_table(record, "data", {0},
            {{{"data.constant_loss", 0}, {std::abs(losses.front())}}, {{"data.target_deviation", 0}, {std::nanf("")}}});
  return record;
}

TEST(Course, ALossThatIsNotUnderstoodIsHeldAgainstTheFirst) {
  const Course course = read_course(of_unknown_loss({4, 2, 1}));
  EXPECT_TRUE(course.of_first);
  EXPECT_EQ(course.last().loss, 0.25);
  EXPECT_FALSE(read_course(made({4, 2, 1}, 4)).of_first);
}

TEST(Course, LossesBelowZeroAreHeldAgainstTheFirst) {
  Record record = of_unknown_loss({-0.1F, -0.5F, -0.9F, -0.7F});
  add_table(record, "validation", {9, 19}, {{{"validation_loss", 0}, {-0.1F, -0.9F}}});
  const Course course = read_course(record);
  EXPECT_NEAR(course.training.front().loss, 1, 1e-6);
  EXPECT_NEAR(course.training[2].loss, 0.2, 1e-6);
  EXPECT_NEAR(course.last().loss, 0.4, 1e-6);
  EXPECT_NEAR(course.validation[1].loss, 0.2, 1e-6);
  EXPECT_NEAR(course.recorded(course.last().loss), -0.7, 1e-6);
  const Course deeper = read_course(of_unknown_loss({-0.1F, -1.7F}), &course);
  EXPECT_NEAR(deeper.last().loss, -0.6, 1e-6) << "twice the fall of the other";
  EXPECT_GT(read_course(of_unknown_loss({-1, -1.001F})).last().loss, 0.95) << "that is no fall";
}

TEST(Course, ConstantTargetsLeaveTheLossAsItIs) {
  EXPECT_EQ(read_course(made({4, 2}, 0)).constant_loss, 1);
  EXPECT_EQ(read_course(made({4, 2}, NAN)).last().loss, 2);
  Record record = made({4, 2}, 1);
  record.tables.erase("data");
  EXPECT_EQ(read_course(record).constant_loss, 1);
  EXPECT_EQ(read_course(record).held_out, 0);
}

TEST(Course, DivergedIsNotFiniteOrFarAboveBothTheConstantPredictionAndItsStart) {
  EXPECT_TRUE(read_course(made({1, NAN}, 1)).diverged);
  EXPECT_TRUE(read_course(made({1, INFINITY}, 1)).diverged);
  EXPECT_TRUE(read_course(made({1, 0.5F}, 1, "diverged")).diverged) << "the outcome says so";
  EXPECT_TRUE(read_course(made({1, 0.5F, 40}, 10)).diverged);
  EXPECT_FALSE(read_course(made({1, 0.5F, 20}, 10)).diverged) << "twice a constant prediction's is bad, not diverged";
  EXPECT_FALSE(read_course(made({100, 50, 40}, 10)).diverged) << "it began higher";
  EXPECT_FALSE(read_course(made({1, 400, 0.5F}, 1)).diverged) << "it came back";
}

TEST(Course, WithoutSurveysItIsEmpty) {
  EXPECT_TRUE(read_course(Record{}).empty());
  EXPECT_FALSE(read_course(Record{}).diverged);
  Record record;
  record.outcome.status = "diverged";
  EXPECT_TRUE(read_course(record).diverged);
}

TEST(Course, PointsAreFoundByStepAndByLoss) {
  const std::vector<Point> points = points_of({3, 1, 2});
  EXPECT_EQ(Course::at(points, 0).loss, 3);
  EXPECT_EQ(Course::at(points, 9).loss, 3);
  EXPECT_EQ(Course::at(points, 10).loss, 1);
  EXPECT_EQ(Course::at(points, 1000).loss, 2);
  EXPECT_EQ(Course::at(points, -1).loss, 3) << "the first when there is none";
  EXPECT_EQ(Course::best(points).step, 10);
  EXPECT_EQ(Course::best(points_of({NAN, 5, INFINITY, 4, NAN})).loss, 4);
  EXPECT_EQ(Course::best(points_of({NAN, NAN})).step, 0);
}

TEST(Course, OfARealRunHoldsWhatItsTablesHold) {
  const Record record = record_of(patient({{"data.validation", "0.25"}, {"data.target_scale", "3"}}));
  const Course course = read_course(record);
  const Series losses = record.series("survey.loss");
  const Series held_out = record.series("validation_loss");
  const double unit = record.series("data.constant_loss").values.at(0);
  ASSERT_EQ(course.training.size(), losses.values.size());
  for (std::size_t i = 0; i < losses.values.size(); ++i) {
    EXPECT_EQ(course.training[i].step, losses.steps[i]);
    EXPECT_EQ(course.training[i].loss, losses.values[i] / unit);
    EXPECT_TRUE(std::isnan(course.training[i].accuracy)) << "regression";
  }
  ASSERT_EQ(course.validation.size(), held_out.values.size());
  EXPECT_EQ(course.validation.back().loss, held_out.values.back() / unit);
  EXPECT_EQ(course.validation.back().step, record.outcome.steps);
  EXPECT_EQ(course.held_out, 50);
  EXPECT_NEAR(course.training.front().loss, 1, 0.7) << "about a constant prediction's, whatever the targets' scale";
}

}  // namespace
}  // namespace gradclinic
