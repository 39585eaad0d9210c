// Whole networks with every loss against finite differences in double precision.
#include <gtest/gtest.h>

#include <random>

#include "gradclinic/net/loss.h"
#include "gradclinic/net/network.h"
#include "gradclinic/spec/vocabulary.h"
#include "net/finite_differences.h"

namespace gradclinic {
namespace {

constexpr Index kInputs = 4;
constexpr Index kBatch = 6;

struct Setting {
  ModelSpec model;
  std::string loss = "mse";
  bool training = true;
};

Tensor<double> targets_for(const Loss& loss, Index outputs, std::mt19937& random) {
  Tensor<double> targets(loss.classifies ? 1 : outputs, kBatch);
  std::normal_distribution<double> normal;
  std::uniform_int_distribution<int> label(0, loss.id == "bce" ? 1 : static_cast<int>(outputs) - 1);
  for (double& value : targets.values) value = loss.classifies ? label(random) : normal(random);
  return targets;
}

void check(const Setting& setting, double step) {
  const Loss& loss = find_loss(setting.loss);
  const Index outputs = loss.id == "bce" ? 1 : 3;
  std::mt19937 random(5);
  Generator weights(17);
  Network<double> network(setting.model, kInputs, outputs, kBatch, weights);
  std::normal_distribution<double> normal(0, 0.3);
  for (double& value : network.values()) value += normal(random);  // no parameter stays at a special value
  Tensor<double> inputs(kInputs, kBatch);
  for (double& value : inputs.values) value = normal(random) * 4;
  const Tensor<double> targets = targets_for(loss, outputs, random);
  Tensor<double> output_gradient(outputs, kBatch);
  Tensor<double> input_gradient(kInputs, kBatch);

  const auto evaluate = [&](View<double> gradient, bool training) {
    Generator masks(23);
    const View<const double> answer = network.forward(inputs.view(), {.training = training, .generator = &masks});
    return loss.evaluate64(answer, targets.view(), gradient);
  };
  if (!setting.training) evaluate({}, true);
  evaluate(output_gradient.view(), setting.training);
  network.backward(inputs.view(), output_gradient.view(), input_gradient.view(), {.training = setting.training});
  const auto function = [&] { return evaluate({}, setting.training); };
  expect_gradient(input_gradient.values, numerical_gradient(inputs.values, function, step), "inputs");
  for (const Parameter<double>& parameter : network.parameters())
    expect_gradient(parameter.gradient.flat(), numerical_gradient(parameter.value.flat(), function, step),
                    parameter.name + " of layer " + std::to_string(parameter.layer));
}

/// Kinks within reach of a step would spoil the difference, the more so the more units there are.
double step_for(const std::string& activation) {
  return activation == "relu" || activation == "leaky_relu" || activation == "selu" || activation == "elu" ? 1e-6
                                                                                                           : 1e-4;
}

class EveryActivation : public ::testing::TestWithParam<std::string> {};

TEST_P(EveryActivation, WithEveryLossNormAndModeAgreesWithDifferences) {
  for (const std::string& loss : names_in("losses")) {
    for (const char* norm : {"none", "batch", "layer"}) {
      for (const bool residual : {false, true}) {
        for (const double dropout : {0.0, 0.3}) {
          for (const bool training : {true, false}) {
            SCOPED_TRACE(loss + ", norm " + norm + (residual ? ", residual" : "") + (dropout > 0 ? ", dropout" : "") +
                         (training ? ", training" : ", evaluation"));
            const ModelSpec model{.depth = 4,
                                  .width = 5,
                                  .activation = GetParam(),
                                  .init = "xavier_normal",
                                  .norm = norm,
                                  .residual = residual,
                                  .dropout = dropout};
            check({model, loss, training}, step_for(GetParam()));
          }
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(NetworkGradients, EveryActivation, ::testing::ValuesIn(names_in("activations")),
                         [](const auto& named) { return named.param; });

TEST(NetworkGradients, ResidualFromTheFirstBlockOn) {
  check({.model = {.depth = 4, .width = kInputs, .activation = "tanh", .norm = "layer", .residual = true}}, 1e-4);
}

TEST(NetworkGradients, OneLinearLayer) { check({.model = {.depth = 1}, .loss = "cross_entropy"}, 1e-4); }

TEST(NetworkGradients, ABatchOfOne) {
  Generator generator(1);
  Network<double> network({.depth = 3, .width = 4, .activation = "tanh", .norm = "layer"}, 2, 1, 8, generator);
  Tensor<double> inputs(2, 1), target(1, 1), output_gradient(1, 1), input_gradient(2, 1);
  inputs.values = {0.4, -1.2};
  const Loss& loss = find_loss("mse");
  const auto function = [&] { return loss.evaluate64(network.forward(inputs.view(), {}), target.view(), {}); };
  loss.evaluate64(network.forward(inputs.view(), {}), target.view(), output_gradient.view());
  network.backward(inputs.view(), output_gradient.view(), input_gradient.view(), {});
  expect_gradient(input_gradient.values, numerical_gradient(inputs.values, function), "inputs");
  for (const Parameter<double>& parameter : network.parameters())
    expect_gradient(parameter.gradient.flat(), numerical_gradient(parameter.value.flat(), function), parameter.name);
}

}  // namespace
}  // namespace gradclinic
