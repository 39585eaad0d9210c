// Each loss against its definition in long double, its gradient against finite differences, at ordinary and at extreme
// outputs.
#include "gradclinic/net/loss.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "gradclinic/tensor/tensor.h"
#include "net/finite_differences.h"

namespace gradclinic {
namespace {

using Real = long double;

Real definition(const std::string& id, View<const double> outputs, View<const double> targets) {
  Real sum = 0;
  for (Index i = 0; i < outputs.columns; ++i) {
    if (id == "mse")
      for (Index k = 0; k < outputs.rows; ++k)
        sum += std::pow(static_cast<Real>(outputs(k, i)) - targets(k, i), 2) / static_cast<Real>(outputs.rows);
    if (id == "bce") {
      const Real logit = targets(0, i) == 1 ? outputs(0, i) : -outputs(0, i);
      sum += std::log1p(std::exp(-logit));
    }
    if (id == "cross_entropy") {
      Real total = 0;
      const Real right = outputs(static_cast<Index>(targets(0, i)), i);
      for (Index k = 0; k < outputs.rows; ++k) total += std::exp(outputs(k, i) - right);
      sum += std::log(total);
    }
  }
  return sum / static_cast<Real>(outputs.columns);
}

struct Sample {
  Tensor<double> outputs;
  Tensor<double> targets;
};

Sample sample(const Loss& loss, Index rows, Index batch, double spread, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal(0, spread);
  std::uniform_int_distribution<int> label(0, loss.id == "bce" ? 1 : static_cast<int>(rows) - 1);
  Sample result{{loss.id == "bce" ? 1 : rows, batch}, {loss.classifies ? 1 : rows, batch}};
  for (double& value : result.outputs.values) value = normal(random);
  for (double& value : result.targets.values) value = loss.classifies ? label(random) : normal(random);
  return result;
}

Tensor<float> in_float(const Tensor<double>& values) {
  Tensor<float> result(values.rows, values.columns);
  std::copy(values.values.begin(), values.values.end(), result.values.begin());
  return result;
}

TEST(Loss, IsItsDefinition) {
  for (const Loss& loss : losses::all()) {
    EXPECT_FALSE(loss.summary.empty() || loss.reference.empty()) << loss.id;
    for (const Index rows : {2, 3, 10})
      for (const Index batch : {1, 2, 63, 64, 65, 200})
        for (const double spread : {0.1, 1.0, 50.0}) {
          const Sample at = sample(loss, rows, batch, spread, 1);
          const double expected = static_cast<double>(definition(loss.id, at.outputs.view(), at.targets.view()));
          EXPECT_NEAR(loss.evaluate64(at.outputs.view(), at.targets.view(), {}), expected, 1e-12 * (1 + expected))
              << loss.id;
          const Tensor<float> outputs = in_float(at.outputs), targets = in_float(at.targets);
          EXPECT_NEAR(loss.evaluate(outputs.view(), targets.view(), {}), expected, 1e-5 * (1 + expected)) << loss.id;
        }
  }
}

TEST(Loss, GradientIsTheSlopeAndAskingForItChangesNothing) {
  for (const Loss& loss : losses::all())
    for (const Index batch : {1, 5, 66}) {
      Sample at = sample(loss, 4, batch, 2, 3);
      Tensor<double> gradient(at.outputs.rows, batch);
      const double with = loss.evaluate64(at.outputs.view(), at.targets.view(), gradient.view());
      EXPECT_DOUBLE_EQ(with, loss.evaluate64(at.outputs.view(), at.targets.view(), {})) << loss.id;
      const auto function = [&] { return loss.evaluate64(at.outputs.view(), at.targets.view(), {}); };
      expect_gradient(gradient.values, numerical_gradient(at.outputs.values, function), loss.id);
    }
}

TEST(Loss, ExtremeLogitsNeitherOverflowNorLoseTheGradient) {
  for (const char* id : {"bce", "cross_entropy"}) {
    const Loss& loss = find_loss(id);
    Tensor<float> outputs(loss.id == "bce" ? 1 : 2, 4), targets(1, 4), gradient(outputs.rows, 4);
    for (Index i = 0; i < 4; ++i) {
      outputs.view()(outputs.rows - 1, i) = i < 2 ? 1000.0F : -1000.0F;
      targets.values[static_cast<std::size_t>(i)] = static_cast<float>(i % 2);
    }
    EXPECT_NEAR(loss.evaluate(outputs.view(), targets.view(), gradient.view()), 500, 1e-3) << id;
    const View<float> last{gradient.view().row(outputs.rows - 1), 1, 4};
    EXPECT_FLOAT_EQ(last(0, 0), 0.25F) << id;
    EXPECT_FLOAT_EQ(last(0, 1), 0) << id;
    EXPECT_FLOAT_EQ(last(0, 2), 0) << id;
    EXPECT_FLOAT_EQ(last(0, 3), -0.25F) << id;
  }
}

TEST(Loss, NaNInOneOutputShowsInTheLoss) {
  for (const Loss& loss : losses::all()) {
    const Sample at = sample(loss, 3, 70, 1, 4);
    Tensor<float> outputs = in_float(at.outputs);
    const Tensor<float> targets = in_float(at.targets);
    for (const Index where : {Index{0}, static_cast<Index>(outputs.values.size()) - 1}) {
      Tensor<float> broken = outputs;
      broken.values[static_cast<std::size_t>(where)] = std::numeric_limits<float>::quiet_NaN();
      EXPECT_TRUE(std::isnan(loss.evaluate(broken.view(), targets.view(), {}))) << loss.id;
    }
  }
}

TEST(Loss, AccuracyCountsTheRightClasses) {
  Tensor<float> logits(1, 5), labels(1, 5);
  logits.values = {2, -1, 0.5F, -3, 0};
  labels.values = {1, 1, 0, 0, 0};
  EXPECT_DOUBLE_EQ(find_loss("bce").accuracy(logits.view(), labels.view()), 3.0 / 5);

  Tensor<float> outputs(3, 4), classes(1, 4);
  outputs.values = {5, 0, 0, 1,  //
                    0, 5, 1, 2,  //
                    0, 0, 5, 3};
  classes.values = {0, 1, 2, 0};
  EXPECT_DOUBLE_EQ(find_loss("cross_entropy").accuracy(outputs.view(), classes.view()), 3.0 / 4);
  EXPECT_EQ(find_loss("mse").accuracy, nullptr);
}

}  // namespace
}  // namespace gradclinic
