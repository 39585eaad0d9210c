// Predictions against real networks of the engine at initialization, averaged over seeds.
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "gradclinic/net/activation.h"
#include "gradclinic/net/network.h"
#include "gradclinic/spec/vocabulary.h"
#include "gradclinic/tensor/eigen.h"
#include "gradclinic/theory/prediction.h"

namespace gradclinic {
namespace {

constexpr Index kWidth = 256;
constexpr Index kBatch = 64;
constexpr Index kOutputs = 64;
constexpr int kDepth = 7;
constexpr int kSeeds = 12;

/// Mean squares, and of pre-activation gradients sums of squares, by layer, of one pass.
struct Measured : Tap {
  explicit Measured(const Activation& activation_function) : phi(activation_function) {}

  void see(Quantity quantity, int layer, View<const float> values) override {
    const double squares = static_cast<double>(array(values).square().sum());
    const double count = static_cast<double>(values.size());
    if (quantity == Quantity::pre_activation) pre_activation[layer] = squares / count;
    if (quantity == Quantity::pre_activation_grad) gradient[layer] = squares;
    if (quantity != Quantity::activation) return;
    activation[layer] = squares / count;
    const auto beyond = array(values) <= phi.saturated_low || array(values) >= phi.saturated_high;
    saturated[layer] = static_cast<double>(beyond.count()) / count;
  }

  const Activation& phi;
  std::map<int, double> pre_activation, activation, saturated, gradient;
};

Measured measure(const ModelSpec& model, Index features, float mean, int seed) {
  Measured measured(find_activation(model.activation));
  Generator generator(100 + seed);
  Tensor<float> inputs(features, kBatch), output_gradient(kOutputs, kBatch);
  generator.normal(inputs.view().flat(), mean, 1.0F);
  generator.normal(output_gradient.view().flat(), 0.0F, 1.0F);
  Network<float> network(model, features, kOutputs, kBatch, generator);
  network.scale_by_data(inputs.view(), generator);
  const Pass pass{.generator = &generator, .tap = &measured};
  network.forward(inputs.view(), pass);
  network.backward(inputs.view(), output_gradient.view(), pass);
  return measured;
}

/// The mean over seeds within 4 standard errors and `margin` (finite width) of what is predicted.
void expect_mean(const std::vector<double>& values, double predicted, double margin, const std::string& what) {
  double mean = 0, squares = 0;
  for (const double value : values) mean += value / kSeeds;
  for (const double value : values) squares += (value - mean) * (value - mean);
  const double error = std::sqrt(squares / (kSeeds - 1) / kSeeds);
  EXPECT_NEAR(mean, predicted, 4 * error + margin) << what << ", standard error " << error;
  EXPECT_LT(error, std::max(0.1 * std::abs(predicted), margin)) << what << ": too few seeds to tell";
}

void expect_agreement(const ModelSpec& model, Index features, float mean = 0) {
  SCOPED_TRACE(model.activation + ", " + model.init + ", norm " + model.norm + (model.residual ? ", residual" : "") +
               (model.dropout > 0 ? ", dropout" : ""));
  const InputFacts facts{.features = features, .mean_square = 1 + mean * mean, .mean = mean, .overlap = mean * mean};
  const Prediction prediction = predict(model, facts, kOutputs, kBatch).prediction.value();
  std::vector<Measured> runs;
  for (int seed = 0; seed < kSeeds; ++seed) runs.push_back(measure(model, features, mean, seed));
  const auto over_seeds = [&](auto value) {
    std::vector<double> values;
    for (const Measured& run : runs) values.push_back(value(run));
    return values;
  };
  for (const LayerPrediction& row : prediction.layers) {
    const int layer = row.layer;
    const std::string where = " of layer " + std::to_string(layer);
    expect_mean(over_seeds([&](const Measured& run) { return run.pre_activation.at(layer); }), row.pre_activation,
                0.03 * row.pre_activation, "pre-activation" + where);
    expect_mean(over_seeds([&](const Measured& run) {
                  return std::sqrt(run.gradient.at(layer) / run.gradient.at(kDepth - 1));
                }),
                row.gradient_ratio, 0.03 * row.gradient_ratio, "gradient" + where);
    if (layer == kDepth) continue;
    expect_mean(over_seeds([&](const Measured& run) { return run.activation.at(layer); }), *row.activation,
                0.03 * *row.activation, "activation" + where);
    expect_mean(over_seeds([&](const Measured& run) { return run.saturated.at(layer); }), *row.saturated, 0.01,
                "saturated" + where);
  }
}

class EveryActivationAtInitialization : public ::testing::TestWithParam<std::string> {};

TEST_P(EveryActivationAtInitialization, WithEveryNorm) {
  for (const char* norm : {"none", "batch", "layer"})
    for (const char* init : {"torch", "he_normal"})
      expect_agreement({.depth = kDepth, .width = kWidth, .activation = GetParam(), .init = init, .norm = norm}, 100);
}

TEST_P(EveryActivationAtInitialization, WithSkipsDropoutAndBias) {
  for (const char* norm : {"none", "batch", "layer"})
    for (const bool residual : {false, true})
      expect_agreement({.depth = kDepth,
                        .width = kWidth,
                        .activation = GetParam(),
                        .init = "he_uniform",
                        .init_gain = 0.8,
                        .bias_init = 0.3,
                        .norm = norm,
                        .residual = residual,
                        .dropout = 0.3},
                       residual ? kWidth : 80, 0.5F);
}

INSTANTIATE_TEST_SUITE_P(Engine, EveryActivationAtInitialization, ::testing::ValuesIn(names_in("activations")),
                         [](const auto& named) { return named.param; });

/// Ten hidden layers by torch's default, as the course has them; the geometric mean of the ratio's nine hops.
TEST(Engine, TenLayersOfTorchsDefault) {
  for (const auto& [activation, tolerance] : {std::pair{"relu", 0.1}, {"tanh", 0.05}, {"sigmoid", 0.1}}) {
    const ModelSpec model{.depth = 11, .width = kWidth, .activation = activation};
    double log_ratio = 0;
    for (int seed = 0; seed < kSeeds; ++seed) {
      const Measured run = measure(model, kWidth, 0, seed);
      log_ratio += std::log(run.gradient.at(1) / run.gradient.at(10)) / (2 * kSeeds);
    }
    const double predicted = predict(model, {.features = kWidth}, kOutputs).prediction->layers[0].gradient_ratio;
    EXPECT_NEAR(std::exp(log_ratio) / predicted, 1, tolerance) << activation;
    if (activation == std::string("relu")) {
      EXPECT_NEAR(std::exp(2 * log_ratio / 9) * 6, 1, 0.03);
    }
  }
}

TEST(Engine, EveryInitializer) {
  for (const char* activation : {"tanh", "relu", "sigmoid"})
    for (const char* init : {"xavier_uniform", "xavier_normal", "lecun_normal", "orthogonal", "lsuv", "normal"})
      expect_agreement({.depth = kDepth, .width = kWidth, .activation = activation, .init = init, .init_std = 0.03},
                       100);
}

TEST(Engine, SkipsWithoutDropout) {
  for (const char* norm : {"none", "batch", "layer"})
    expect_agreement({.depth = kDepth, .width = kWidth, .init = "he_normal", .norm = norm, .residual = true}, 100);
}

}  // namespace
}  // namespace gradclinic
