#include "gradclinic/train/schedule.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace gradclinic {
namespace {

TEST(Schedule, ConstantStaysAndWarmUpRisesInEqualSteps) {
  const TrainSpec plain{.lr = 0.4};
  const TrainSpec warm{.lr = 0.4, .warmup = 4};
  for (int step = 0; step < 10; ++step) {
    EXPECT_DOUBLE_EQ(scheduled_rate(plain, step, 10), 0.4);
    EXPECT_DOUBLE_EQ(scheduled_rate(warm, step, 10), step < 4 ? 0.1 * (step + 1) : 0.4);
  }
}

TEST(Schedule, StepFallsAfterEveryStepsCountedFromTheWarmUp) {
  const TrainSpec train{.lr = 1, .warmup = 2, .schedule = "step", .step_every = 3, .step_factor = 0.5};
  const double expected[] = {0.5, 1, 1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25};
  for (int step = 0; step < 10; ++step) EXPECT_DOUBLE_EQ(scheduled_rate(train, step, 10), expected[step]) << step;
}

TEST(Schedule, CosineIsHalfAWaveOverTheStepsAfterTheWarmUp) {
  const TrainSpec train{.lr = 2, .warmup = 10, .schedule = "cosine"};
  EXPECT_DOUBLE_EQ(scheduled_rate(train, 9, 50), 2);
  EXPECT_DOUBLE_EQ(scheduled_rate(train, 10, 50), 2);
  EXPECT_DOUBLE_EQ(scheduled_rate(train, 30, 50), 1);
  EXPECT_DOUBLE_EQ(scheduled_rate(train, 20, 50), 1 + std::cos(std::numbers::pi / 4));
  EXPECT_NEAR(scheduled_rate(train, 49, 50), 0, 4e-3);
  EXPECT_GT(scheduled_rate(train, 49, 50), 0);
}

TEST(Schedule, WarmUpLongerThanTheRunNeverEnds) {
  const TrainSpec train{.lr = 1, .warmup = 100, .schedule = "cosine"};
  EXPECT_DOUBLE_EQ(scheduled_rate(train, 49, 50), 0.5);
}

}  // namespace
}  // namespace gradclinic
