#include "gradclinic/diagnosis/shortfall.h"

#include <gtest/gtest.h>

#include "diagnosis/made_record.h"

namespace gradclinic {
namespace {

/// A course of two surveys, and two validations where there are any.
Course course_of(double loss, double held_out_loss = NAN, double accuracy = NAN, double held_out = 100) {
  Course course;
  course.training = points_of({1, loss}, {0.5, accuracy});
  if (!std::isnan(held_out_loss)) {
    course.validation = points_of({1, held_out_loss}, {0.5, accuracy});
    course.held_out = held_out;
  }
  return course;
}

Course diverged() {
  Course course = course_of(INFINITY);
  course.diverged = true;
  return course;
}

double shortfall_of(const Course& course, const Course& other) { return shortfall(course, 10, other, 10); }

TEST(Shortfall, OfTheTrainingLossIsTheShareMissingInQuarters) {
  EXPECT_NEAR(shortfall_of(course_of(0.2), course_of(0.2)), 0, 1e-12);
  EXPECT_NEAR(shortfall_of(course_of(0.4), course_of(0.2)), 1, 1e-12) << "a quarter of the 0.8 learned is missing";
  EXPECT_NEAR(shortfall_of(course_of(1), course_of(0)), 4, 1e-12) << "all of it";
  EXPECT_NEAR(shortfall_of(course_of(50), course_of(0)), 4, 1e-12) << "no more than all";
  EXPECT_NEAR(shortfall_of(course_of(0.1), course_of(0.5)), -3.2, 1e-12) << "better";
  EXPECT_EQ(shortfall_of(course_of(2), course_of(0.99)), 0) << "the other hardly learned anything";
}

TEST(Shortfall, OfADivergedTrainingIsAll) {
  EXPECT_EQ(shortfall_of(diverged(), course_of(0.5)), 4);
  EXPECT_EQ(shortfall_of(Course{}, course_of(0.5)), 4);
  EXPECT_EQ(shortfall_of(course_of(0.5), diverged()), 0);
  EXPECT_EQ(shortfall_of(course_of(0.5), Course{}), 0);
  EXPECT_EQ(shortfall_of(diverged(), diverged()), 0);
  EXPECT_EQ(shortfall_of(Course{}, Course{}), 0);
  EXPECT_EQ(shortfall_of(course_of(NAN), course_of(0.2)), 4) << "NaN is nothing learned";
  EXPECT_EQ(shortfall_of(course_of(0.2), course_of(NAN)), 0);
}

TEST(Shortfall, OfARegressionWithSamplesHeldOutIsOfThese) {
  EXPECT_NEAR(shortfall_of(course_of(0.9, 0.4), course_of(0.0, 0.2)), 1, 1e-12) << "whatever the training loss";
  EXPECT_NEAR(shortfall_of(course_of(0.0, 0.8), course_of(0.5, 0.2)), 3, 1e-12) << "memorizing does not help";
  EXPECT_NEAR(shortfall_of(course_of(0.9, 0.4), course_of(0.0)), 3.6, 1e-12) << "only where both have them";
}

TEST(Shortfall, OfAClassificationIsOfTheHeldOutAccuracy) {
  const double error = std::sqrt(0.9 * 0.1 / 100);
  EXPECT_NEAR(shortfall_of(course_of(0.2, 0.2, 0.7), course_of(0.2, 0.2, 0.9)), 0.2 / (0.05 + error), 1e-12);
  EXPECT_NEAR(shortfall_of(course_of(0.2, 0.2, 0.7, 1e12), course_of(0.2, 0.2, 0.9)), 4, 1e-3)
      << "5 points each, when sure";
  EXPECT_LT(shortfall_of(course_of(0.2, 0.2, 0.85, 10), course_of(0.2, 0.2, 0.9, 10)), 0.5) << "few samples";
  EXPECT_LT(shortfall_of(course_of(0.2, 0.2, 0.9), course_of(0.2, 0.2, 0.7)), 0);
}

TEST(Shortfall, LossesOfAClassifierCountWhereAccuracyDoesNotSpeakAgainstIt) {
  EXPECT_LE(shortfall_of(course_of(0.45, 0.45, 0.9), course_of(0.05, 0.05, 0.9)), 0.5)
      << "as accurate: not clearly worse, though less sure";
  EXPECT_NEAR(shortfall_of(course_of(0.9, 0.9, 0.9), course_of(0.1, 0.1, 0.9)), 0.8 / 0.9 / 0.25 / 2, 1e-9)
      << "as accurate, but hardly anything was learned: losses count by half";
  EXPECT_LE(shortfall_of(course_of(0.9, 0.3, 0.9), course_of(0.1, 0.1, 0.9)), 0.5) << "a training loss alone";
  EXPECT_LE(shortfall_of(course_of(0.1, 5, 0.9), course_of(0.1, 0.2, 0.9)), 0) << "too sure, but as accurate";
  EXPECT_LT(shortfall_of(course_of(0.9, 0.9, 0.95), course_of(0.1, 0.1, 0.5)), 0) << "more accurate";
  EXPECT_GT(shortfall_of(course_of(0.9, 0.9, 0.85), course_of(0.1, 0.1, 0.9)), 1)
      << "a little less accurate, and much less was learned";
}

TEST(Shortfall, ComparesTheLastPointsUpToItsSteps) {
  Course one, other;
  one.training = points_of({1, 0.8, 0.6, 0.4});
  other.training = points_of({1, 0.2});
  EXPECT_NEAR(shortfall(one, 10, other, 10), 3, 1e-12) << "the other ended early";
  EXPECT_NEAR(shortfall(one, 15, other, 15), 3, 1e-12);
  EXPECT_NEAR(shortfall(one, 30, other, 10), 1, 1e-12);
  EXPECT_NEAR(shortfall(one, 1000, other, 1000), 1, 1e-12);
  EXPECT_EQ(shortfall(one, 30, other, 0), 0) << "at its start the other had learned nothing";
}

}  // namespace
}  // namespace gradclinic
