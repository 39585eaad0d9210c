#include <gtest/gtest.h>

#include <Eigen/Eigenvalues>
#include <cmath>

#include "gradclinic/instruments/batch_hessian.h"
#include "gradclinic/instruments/gauge.h"
#include "instruments/tiny.h"

namespace gradclinic {
namespace gauges {
Gauge sharpness();
}  // namespace gauges

namespace {

/// The Hessian by second differences of the loss alone: no gradient takes part.
Eigen::MatrixXd slow_hessian(const Tiny& tiny) {
  Generator generator(1);
  Network<double> network(tiny.spec.model, tiny.inputs.rows, tiny.targets.rows, tiny.inputs.columns, generator);
  Tensor<double> inputs(tiny.inputs.rows, tiny.inputs.columns);
  Tensor<double> targets(tiny.targets.rows, tiny.targets.columns);
  std::ranges::copy(tiny.inputs.values, inputs.values.begin());
  std::ranges::copy(tiny.targets.values, targets.values.begin());
  const std::vector<double> point(tiny.network->values().begin(), tiny.network->values().end());
  const auto loss_at = [&](Eigen::Index i, double step_i, Eigen::Index j, double step_j) {
    std::ranges::copy(point, network.values().begin());
    network.values()[i] += step_i;
    network.values()[j] += step_j;
    return tiny.training->loss.evaluate64(network.forward(inputs.view(), {}), targets.view(), {});
  };
  constexpr double kStep = 1e-4;
  const auto size = static_cast<Eigen::Index>(point.size());
  Eigen::MatrixXd hessian(size, size);
  for (Eigen::Index i = 0; i < size; ++i)
    for (Eigen::Index j = 0; j < size; ++j)
      hessian(i, j) = (loss_at(i, kStep, j, kStep) - loss_at(i, kStep, j, -kStep) - loss_at(i, -kStep, j, kStep) +
                       loss_at(i, -kStep, j, -kStep)) /
                      (4 * kStep * kStep);
  return hessian;
}

double largest_of(const Eigen::MatrixXd& hessian) {
  return Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(hessian).eigenvalues().maxCoeff();
}

struct Reading {
  float value = -1;
  float residual = -1;
};

Reading measure_sharpness(Probe& probe, const Tiny& tiny) {
  float values[2] = {-1, -1};
  probe.measure({*tiny.training, tiny.summary}, values);
  return {values[0], values[1]};
}

TEST(BatchHessian, ProductsAreThoseOfTheDenseHessian) {
  for (const char* norm : {"none", "batch", "layer"}) {
    Spec spec = Tiny::spec_of(3, 4, "tanh");
    spec.model.norm = norm;
    const Tiny tiny(spec, 3, 2, 9);
    const Eigen::MatrixXd expected = slow_hessian(tiny);
    BatchHessian hessian(*tiny.training);
    hessian.set(*tiny.training, tiny.inputs.view(), tiny.targets.view());
    ASSERT_EQ(static_cast<Eigen::Index>(hessian.size()), expected.rows());
    std::vector<double> unit(hessian.size());
    std::vector<double> column(hessian.size());
    for (Eigen::Index j = 0; j < expected.cols(); ++j) {
      unit.assign(unit.size(), 0);
      unit[j] = 3;  // products are linear: the length of the vector does not matter
      hessian.multiply(unit, column);
      for (Eigen::Index i = 0; i < expected.rows(); ++i)
        ASSERT_NEAR(column[i] / 3, expected(i, j), 2e-6 * (1 + expected.cwiseAbs().maxCoeff()))
            << norm << i << " " << j;
    }
  }
}

TEST(BatchHessian, OfTheZeroVectorIsZero) {
  const Tiny tiny(Tiny::spec_of(2, 3, "tanh"), 2, 1, 4);
  BatchHessian hessian(*tiny.training);
  hessian.set(*tiny.training, tiny.inputs.view(), tiny.targets.view());
  std::vector<double> result(hessian.size(), 7);
  hessian.multiply(std::vector<double>(hessian.size()), result);
  for (double value : result) EXPECT_EQ(value, 0);
}

TEST(Sharpness, IsTheLargestEigenvalueOfTheDenseHessian) {
  for (const char* activation : {"tanh", "sigmoid", "gelu", "relu"}) {
    for (int depth : {1, 2, 4}) {
      const Tiny tiny(Tiny::spec_of(depth, 4, activation), 3, 2, 11);
      Probe probe = gauges::sharpness().start_probe(*tiny.training);
      const Reading reading = measure_sharpness(probe, tiny);
      const double expected = largest_of(slow_hessian(tiny));
      EXPECT_NEAR(reading.value, expected, 0.01 * expected) << activation << depth;
      EXPECT_LE(reading.residual, 0.0101 * expected);
    }
  }
}

TEST(Sharpness, IsPositiveThoughTheMostCurvedDirectionIsNegative) {
  // A deep network with small weights and large targets: the Hessian's ends are nearly opposite.
  Tiny tiny(Tiny::spec_of(3, 3, "identity"), 3, 1, 40);
  for (const Parameter<float>& parameter : tiny.network->parameters())
    for (float& value : parameter.value.flat()) value *= parameter.name == "bias" ? 0 : 0.7F;
  for (Index sample = 0; sample < 40; ++sample) tiny.targets.view()(0, sample) = 30 * tiny.inputs.view()(0, sample);
  const Eigen::VectorXd eigenvalues = Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(slow_hessian(tiny)).eigenvalues();
  ASSERT_LT(eigenvalues.minCoeff(), -0.8 * eigenvalues.maxCoeff()) << "the case is what it says";
  Probe probe = gauges::sharpness().start_probe(*tiny.training);
  EXPECT_NEAR(measure_sharpness(probe, tiny).value, eigenvalues.maxCoeff(), 0.01 * eigenvalues.maxCoeff());
}

TEST(Sharpness, OfLinearRegressionIsTheKnownOne) {
  // One linear layer and mean squared error: the Hessian is 2/n [X; 1][X; 1]', whatever the weights.
  const Tiny tiny(Tiny::spec_of(1, 1, "identity"), 4, 1, 25);
  Eigen::MatrixXd extended(5, 25);
  for (Index sample = 0; sample < 25; ++sample) {
    for (Index feature = 0; feature < 4; ++feature) extended(feature, sample) = tiny.inputs.view()(feature, sample);
    extended(4, sample) = 1;
  }
  Probe probe = gauges::sharpness().start_probe(*tiny.training);
  const double expected = largest_of(extended * extended.transpose() * 2 / 25);
  EXPECT_NEAR(measure_sharpness(probe, tiny).value, expected, 0.005 * expected);
}

TEST(Sharpness, FollowsTheParametersAndFindsANewLargestDirection) {
  Tiny tiny(Tiny::spec_of(1, 1, "identity"), 4, 1, 30);
  Probe probe = gauges::sharpness().start_probe(*tiny.training);
  for (Index feature = 0; feature < 4; ++feature) {
    // One feature after another becomes the one that dominates.
    for (float& value : tiny.inputs.values) value = std::tanh(value);
    for (Index sample = 0; sample < 30; ++sample) tiny.inputs.view()(feature, sample) *= 5;
    const double expected = largest_of(slow_hessian(tiny));
    EXPECT_NEAR(measure_sharpness(probe, tiny).value, expected, 0.01 * expected) << feature;
  }
}

TEST(Sharpness, LeavesAnEigenvectorThatIsNoLongerTheLargestOnes) {
  // Two features at right angles: the Hessian is diagonal, 2 a^2, 2 b^2 and 2, and its eigenvectors never turn.
  Tiny tiny(Tiny::spec_of(1, 1, "identity"), 2, 1, 4);
  const auto set_features = [&](float a, float b) {
    const float first[] = {a, a, -a, -a};
    const float second[] = {b, -b, b, -b};
    std::ranges::copy(first, tiny.inputs.view().row(0));
    std::ranges::copy(second, tiny.inputs.view().row(1));
  };
  Probe probe = gauges::sharpness().start_probe(*tiny.training);
  set_features(5, 1);
  EXPECT_NEAR(measure_sharpness(probe, tiny).value, 50, 0.5);
  set_features(5, 6);
  EXPECT_NEAR(measure_sharpness(probe, tiny).value, 72, 0.72);
}

TEST(Sharpness, KeepsOneDropoutMask) {
  Spec spec = Tiny::spec_of(3, 8, "tanh");
  spec.model.dropout = 0.5;
  const Tiny tiny(spec, 3, 1, 12);
  Probe probe = gauges::sharpness().start_probe(*tiny.training);
  const Reading reading = measure_sharpness(probe, tiny);
  EXPECT_LE(reading.residual, 0.0101 * reading.value) << "with a mask for each gradient the differences are noise";
}

TEST(Sharpness, OfADivergedNetworkIsNotANumber) {
  Tiny tiny(Tiny::spec_of(2, 3, "tanh"), 2, 1, 6);
  tiny.network->values()[0] = NAN;
  Probe probe = gauges::sharpness().start_probe(*tiny.training);
  EXPECT_TRUE(std::isnan(measure_sharpness(probe, tiny).value));
}

}  // namespace
}  // namespace gradclinic
