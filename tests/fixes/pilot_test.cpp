#include "gradclinic/fixes/pilot.h"

#include <gtest/gtest.h>

#include <cmath>

#include "fixes/patient.h"
#include "gradclinic/data/dataset.h"

namespace gradclinic {
namespace {

Spec least_squares() {
  Spec spec;
  spec.data = {.set = "teacher", .samples = 300, .features = 6};
  spec.model = {.depth = 1, .init = "xavier_uniform"};
  spec.train = {.loss = "mse", .optimizer = "sgd", .lr = 0.01, .steps = 200};
  return spec;
}

/// Largest curvature of the loss of one linear layer with a bias: of 2/n X X^T, by power iteration.
double largest_curvature(const Spec& spec) {
  Generator generator(spec.seed);
  const Dataset data = load_data(spec, generator).training;
  std::vector<double> direction(static_cast<std::size_t>(data.features()) + 1, 1.0);
  double curvature = 0;
  for (int round = 0; round < 500; ++round) {
    std::vector<double> image(direction.size());
    for (Index sample = 0; sample < data.samples(); ++sample) {
      const auto input = [&](std::size_t i) {
        return i + 1 == direction.size() ? 1.0 : double(data.inputs.view()(sample, static_cast<Index>(i)));
      };
      double product = 0;
      for (std::size_t i = 0; i < direction.size(); ++i) product += input(i) * direction[i];
      for (std::size_t i = 0; i < direction.size(); ++i) image[i] += 2 * product * input(i) / double(data.samples());
    }
    curvature = 0;
    for (const double value : image) curvature += value * value;
    curvature = std::sqrt(curvature);
    for (std::size_t i = 0; i < image.size(); ++i) direction[i] = image[i] / curvature;
  }
  return curvature;
}

TEST(RangeTest, FindsAStableRateOfAQuadraticLoss) {
  const Spec spec = least_squares();
  const Record record = record_of(spec);
  const Chart chart(record);
  Pilot pilot(chart, {});
  const RangeTest& test = pilot.range_test(spec);
  const double limit = 2 / largest_curvature(spec);  // of gradient descent on a quadratic
  const double chosen = test.choose(0, 10);
  EXPECT_LT(chosen, limit);
  EXPECT_GT(chosen, limit / 100);
  for (std::size_t i = 0; i < test.rates.size(); ++i)
    EXPECT_TRUE(test.rates[i] <= 1.5 * limit || test.learned[i] <= 0) << test.rates[i] << " diverges";
  EXPECT_EQ(test.choose(1.5 * limit, 10), 0);
  const double below = test.choose(0, chosen / 2);
  EXPECT_GT(below, 0);
  EXPECT_LT(below, chosen);
}

TEST(RangeTest, IsNotRepeatedForTheSameSpec) {
  const Spec spec = least_squares();
  const Record record = record_of(spec);
  const Chart chart(record);
  Pilot pilot(chart, {});
  pilot.range_test(spec);
  const double work = pilot.work();
  Spec other_rate = spec;
  other_rate.train.lr = 0.5;
  pilot.range_test(other_rate);
  EXPECT_EQ(pilot.work(), work);
}

TEST(SufficientSteps, AreThoseOfATrainingThatWasCutShort) {
  const Spec spec = patient({{"train.steps", "10"}, {"train.lr", "0.02"}});
  const Record record = record_of(spec);
  const Chart chart(record);
  Pilot pilot(chart, {});
  const std::int64_t enough = pilot.sufficient_steps(spec, 20);
  EXPECT_GT(enough, 10);
  EXPECT_LE(enough, 200);
  EXPECT_EQ(pilot.sufficient_steps(patient({{"train.steps", "10"}, {"train.lr", "0"}}), 20), 0) << "learns nothing";
}

}  // namespace
}  // namespace gradclinic
