// Parts of the adapter, each by itself.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "gradclinic/net/initializer.h"
#include "gradclinic/support/error.h"
#include "gradclinic/tensor/tensor.h"
#include "initialization.h"
#include "layers.h"
#include "objective.h"
#include "samples.h"
#include "schedule.h"

namespace gradclinic::torch {
namespace {

/// How many of so many steps are looked at where a step takes a millisecond, and looking `cost` more.
int looks(double budget, double cost, int steps, std::int64_t interval = 1) {
  LookSchedule schedule(budget);
  std::chrono::steady_clock::time_point now;
  bool looking = true;
  int looked = 0;
  for (int step = 0; step < steps; ++step) {
    looked += looking;
    now += std::chrono::microseconds(looking ? 1000 + static_cast<int>(1000 * cost) : 1000);
    looking = schedule.step(looking, interval, now);
  }
  return looked;
}

TEST(LookSchedule, HoldsToItsBudget) {
  EXPECT_EQ(looks(-1, 1, 1000), 1000);
  EXPECT_NEAR(looks(0.03, 1, 10000), 300, 10);
  EXPECT_NEAR(looks(0.03, 0.1, 10000), 3000, 50);
  EXPECT_EQ(looks(-1, 1, 1000, 4), 250);
  EXPECT_EQ(looks(0.03, 1, 3), 3);
}

TEST(Layers, AreModulesWithAWeightMatrix) {
  const std::vector<Layer> layers = layers_of({{"conv.weight", at::zeros({4, 2, 3, 3})},
                                               {"conv.bias", at::zeros({4})},
                                               {"norm.weight", at::zeros({4})},
                                               {"norm.bias", at::zeros({4})},
                                               {"rnn.weight_ih_l0", at::zeros({8, 50})},
                                               {"rnn.weight_hh_l0", at::zeros({8, 2})},
                                               {"block.0.weight", at::zeros({5, 4})},
                                               {"scale", at::zeros({3, 3})}});
  ASSERT_EQ(layers.size(), 4U);
  EXPECT_EQ(layers[0].name, "conv");
  EXPECT_EQ(layers[0].biases.size(), 1U);
  EXPECT_EQ(layers[1].name, "rnn");
  EXPECT_EQ(layers[1].weight.size(1), 2);  // from step to step
  EXPECT_EQ(layers[2].name, "block.0");
  EXPECT_EQ(layers[3].name, "model");
}

TEST(Layers, FansCountWhatAnOutputSumsOver) {
  Layer conv{.name = "conv", .weight = at::zeros({4, 2, 3, 3})};
  set_fans(conv, "conv2d");
  EXPECT_EQ(conv.inputs, 18);
  EXPECT_EQ(conv.outputs, 36);
  Layer transposed{.name = "up", .weight = at::zeros({4, 2, 3, 3})};
  set_fans(transposed, "conv_transpose2d");
  EXPECT_EQ(transposed.inputs, 4);
  EXPECT_EQ(transposed.outputs, 18);
  Layer linear{.name = "linear", .weight = at::zeros({5, 7})};
  set_fans(linear, "addmm");
  EXPECT_EQ(linear.inputs, 7);
  EXPECT_EQ(linear.outputs, 5);
}

TEST(Initialization, DrawsAsTheEngineDoes) {
  Layer conv{.name = "conv", .weight = at::ones({4, 2, 3, 3}), .biases = {at::ones({4})}};
  Layer linear{.name = "linear", .weight = at::ones({5, 7})};
  Spec spec;
  spec.seed = 9;
  spec.model.init = "xavier_normal";
  spec.model.init_gain = 2;
  initialize({conv, linear}, spec);
  Generator generator(9);
  for (const Layer& layer : {conv, linear}) {
    Tensor<float> wanted(layer.weight.size(0), layer.weight.numel() / layer.weight.size(0));
    find_initializer("xavier_normal")
        .fill(wanted.view(), layer.weight.numel() / layer.weight.size(1), spec.model, generator);
    for (std::int64_t i = 0; i < layer.weight.numel(); ++i)
      EXPECT_EQ(layer.weight.data_ptr<float>()[i], 2 * wanted.values[static_cast<std::size_t>(i)]);
  }
  EXPECT_EQ(conv.biases[0].abs().sum().item<float>(), 0);
  spec.model.init = "lsuv";
  EXPECT_THROW(initialize({linear}, spec), BadInput);
}

TEST(Initialization, KeepsTheFilesOwnWeights) {
  Layer linear{.name = "linear", .weight = at::randn({5, 7})};
  const at::Tensor before = linear.weight.clone();
  initialize({linear}, Spec{});
  EXPECT_TRUE(before.equal(linear.weight));
}

TEST(Samples, AreStandardizedByTheTrainingPartAlone) {
  at::manual_seed(4);
  Spec spec;
  spec.data.validation = 0.25;
  spec.data.standardize = spec.data.standardize_target = true;
  spec.data.target_scale = 3;
  const Samples samples = prepare(at::randn({80, 5}) * 7 + 2, at::randn({80, 2}) - 9, spec);
  EXPECT_EQ(samples.inputs.size(0), 60);
  EXPECT_EQ(samples.held_inputs.size(0), 20);
  EXPECT_LT(samples.inputs.mean(0).abs().max().item<float>(), 1e-5);
  EXPECT_NEAR(samples.inputs.select(1, 3).std(false).item<float>(), 1, 1e-4);
  EXPECT_NEAR(samples.targets.select(1, 1).std(false).item<float>(), 3, 1e-4);
  EXPECT_GT(samples.held_inputs.mean(0).abs().max().item<float>(), 1e-4);
  const at::Tensor words = at::randint(0, 9, {80, 5}, at::kLong);
  EXPECT_EQ(prepare(words, words, spec).inputs.dtype(), at::kLong);
}

TEST(Objective, CountsWhatIsRightByClass) {
  const at::Tensor output = at::eye(3).index_select(0, at::tensor({0, 0, 0, 1}, at::kLong));
  const at::Tensor target = at::tensor({0, 0, 2, 1}, at::kLong);
  const Accuracy seen = accuracy_of(right("cross_entropy", output, target), target);
  EXPECT_DOUBLE_EQ(seen.all, 0.75);
  EXPECT_DOUBLE_EQ(seen.balanced, 2.0 / 3);
  EXPECT_TRUE(std::isnan(accuracy_of(right("mse", output, output), output).all));
}

}  // namespace
}  // namespace gradclinic::torch
