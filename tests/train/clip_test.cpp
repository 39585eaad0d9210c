#include "gradclinic/train/clip.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace gradclinic {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

std::vector<float> normal(std::size_t size, float scale) {
  std::mt19937 random(1);
  std::normal_distribution<float> distribution;
  std::vector<float> values(size);
  for (float& value : values) value = scale * distribution(random);
  return values;
}

double slow_norm(const std::vector<float>& values) {
  long double sum = 0;
  for (const float value : values) sum += static_cast<long double>(value) * static_cast<long double>(value);
  return static_cast<double>(std::sqrt(sum));
}

TEST(GradientNorm, AgreesWithASlowSumAtEverySizeAndScale) {
  for (const std::size_t size : {0, 1, 2, 7, 100, 4095, 4096, 4097, 50'000})
    for (const float scale : {1e-38F, 1e-25F, 1e-10F, 1.0F, 1e10F, 1e25F, 1e37F}) {
      const std::vector<float> values = normal(size, scale);
      EXPECT_NEAR(gradient_norm(values), slow_norm(values), 1e-6 * slow_norm(values)) << size << " at " << scale;
    }
}

TEST(GradientNorm, OneLargeBlockDoesNotDrownTheOthers) {
  std::vector<float> values = normal(20'000, 1e-18F);
  EXPECT_NEAR(gradient_norm(values), slow_norm(values), 1e-6 * slow_norm(values));
  values[3] = 1e22F;
  EXPECT_NEAR(gradient_norm(values), slow_norm(values), 1e-6 * slow_norm(values));
}

TEST(GradientNorm, NaNAndInfinityShow) {
  std::vector<float> values = normal(10'000, 1);
  values[9'999] = kInfinity;
  EXPECT_EQ(gradient_norm(values), kInfinity);
  values[5] = kNaN;
  EXPECT_TRUE(std::isnan(gradient_norm(values)));
}

TEST(Clip, ByNormScalesOnlyWhatIsLonger) {
  const std::vector<float> before = normal(1000, 1);
  const double norm = slow_norm(before);
  std::vector<float> longer = before;
  clip_by_norm(longer, norm, 2);
  EXPECT_NEAR(slow_norm(longer), 2, 1e-5);
  for (std::size_t i = 0; i < before.size(); ++i)
    EXPECT_NEAR(longer[i], before[i] * 2 / norm, 1e-6);  // the direction stays
  std::vector<float> shorter = before;
  clip_by_norm(shorter, norm, norm + 1);
  EXPECT_EQ(shorter, before);
  std::vector<float> nothing(10);
  clip_by_norm(nothing, 0, 1);
  EXPECT_EQ(nothing, std::vector<float>(10));
}

TEST(Clip, ByValueCutsEachEntryAndKeepsNaN) {
  std::vector<float> values = {0.1F, -0.1F, 0.5F, -0.5F, 7, -7, kInfinity, -kInfinity, kNaN, 0};
  clip_by_value(values, 0.5);
  const std::vector<float> expected = {0.1F, -0.1F, 0.5F, -0.5F, 0.5F, -0.5F, 0.5F, -0.5F};
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(values[i], expected[i]) << i;
  EXPECT_TRUE(std::isnan(values[8]));
  EXPECT_EQ(values[9], 0);
}

}  // namespace
}  // namespace gradclinic
