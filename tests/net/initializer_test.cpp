// What each initializer promises of the weights it draws; that they are PyTorch's, number by number, is compared in
// tests/train/pytorch_test.cpp.
#include "gradclinic/net/initializer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "gradclinic/net/activation.h"
#include "gradclinic/net/network.h"
#include "gradclinic/net/orthogonal.h"

namespace gradclinic {
namespace {

constexpr Index kOutputs = 300;
constexpr Index kInputs = 200;

TEST(Initializer, HasTheVarianceOfItsFormula) {
  const ModelSpec model{.init_std = 0.3, .init_value = 0.7};
  const double inputs = kInputs, outputs = kOutputs;
  const std::map<std::string, double> variances = {{"torch", 1 / (3 * inputs)},
                                                   {"xavier_uniform", 2 / (inputs + outputs)},
                                                   {"xavier_normal", 2 / (inputs + outputs)},
                                                   {"he_uniform", 2 / inputs},
                                                   {"he_normal", 2 / inputs},
                                                   {"lecun_normal", 1 / inputs},
                                                   {"orthogonal", 1 / outputs},
                                                   {"lsuv", 1 / outputs},
                                                   {"normal", 0.09},
                                                   {"constant", 0}};
  EXPECT_EQ(initializers::all().size(), variances.size());
  for (const Initializer& initializer : initializers::all()) {
    EXPECT_FALSE(initializer.summary.empty() || initializer.reference.empty()) << initializer.id;
    Tensor<float> weights(kOutputs, kInputs);
    Generator generator(1);
    initializer.fill(weights.view(), kOutputs, model, generator);
    double mean = 0;
    for (const float weight : weights.values) mean += weight / static_cast<double>(weights.values.size());
    double variance = 0;
    for (const float weight : weights.values)
      variance += (weight - mean) * (weight - mean) / static_cast<double>(weights.values.size());
    const double expected = variances.at(initializer.id);
    EXPECT_NEAR(variance, expected, 0.03 * expected + 1e-12) << initializer.id;
    EXPECT_NEAR(mean, initializer.id == "constant" ? 0.7 : 0, 0.02 * std::sqrt(expected) + 1e-6) << initializer.id;
  }
}

TEST(Initializer, OrthogonalRowsOrColumnsAreOrthonormal) {
  for (const auto& [rows, columns] : {std::pair{7, 7}, {20, 6}, {6, 20}, {1, 9}, {9, 1}, {50, 50}}) {
    Tensor<double> weights(rows, columns);
    Generator generator(3);
    fill_orthogonal(weights.view(), generator);
    const bool by_row = rows <= columns;
    const Index vectors = by_row ? rows : columns, length = by_row ? columns : rows;
    const auto at = [&](Index vector, Index i) {
      return by_row ? weights.view()(vector, i) : weights.view()(i, vector);
    };
    for (Index a = 0; a < vectors; ++a)
      for (Index b = 0; b < vectors; ++b) {
        double dot = 0;
        for (Index i = 0; i < length; ++i) dot += at(a, i) * at(b, i);
        EXPECT_NEAR(dot, a == b ? 1 : 0, 1e-12) << rows << " x " << columns;
      }
  }
}

/// The variance of one linear layer's output after the layers before it, computed by hand.
class Lsuv : public ::testing::TestWithParam<const char*> {};

TEST_P(Lsuv, GivesEveryLinearLayerUnitVariance) {
  const Index batch = 100;
  const ModelSpec model{.depth = 6, .width = 30, .activation = GetParam(), .init = "lsuv"};
  Generator generator(4);
  Network<float> network(model, 8, 2, batch, generator);
  Tensor<float> inputs(8, batch);
  generator.normal(inputs.values, 0.5F, 3.0F);
  network.scale_by_data(inputs.view(), generator);

  const Activation& activation = find_activation(model.activation);
  std::vector<double> signal(inputs.values.begin(), inputs.values.end());
  for (const Parameter<float>& weight : network.parameters()) {
    if (weight.name != "weight") continue;
    std::vector<double> output(static_cast<std::size_t>(weight.value.rows * batch));
    double mean = 0, squares = 0;
    for (Index row = 0; row < weight.value.rows; ++row)
      for (Index i = 0; i < batch; ++i) {
        double sum = 0;
        for (Index k = 0; k < weight.value.columns; ++k) sum += weight.value(row, k) * signal[k * batch + i];
        output[row * batch + i] = sum;
        mean += sum / static_cast<double>(output.size());
        squares += sum * sum / static_cast<double>(output.size());
      }
    EXPECT_NEAR(squares - mean * mean, 1, 0.1 + 1e-4) << "layer " << weight.layer;
    const Index size = static_cast<Index>(output.size());
    signal.resize(output.size());
    activation.forward64({output.data(), 1, size}, {signal.data(), 1, size});
  }
}

INSTANTIATE_TEST_SUITE_P(, Lsuv, ::testing::Values("relu", "tanh", "sigmoid"),
                         [](const auto& named) { return named.param; });

TEST(Initializer, LsuvLeavesASilentBatchAlone) {
  Generator generator(4);
  Network<float> network({.depth = 3, .width = 5, .init = "lsuv"}, 4, 1, 10, generator);
  const std::vector<float> before(network.values().begin(), network.values().end());
  const Tensor<float> zeros(4, 10);
  network.scale_by_data(zeros.view(), generator);
  EXPECT_TRUE(std::ranges::equal(before, network.values()));
}

TEST(Initializer, GainMultipliesWeightsAndBiasInitMovesHiddenBiases) {
  const ModelSpec plain{.depth = 3, .width = 4};
  ModelSpec changed = plain;
  changed.init_gain = 3;
  changed.bias_init = 0.5;
  Generator one(8), other(8);
  Network<double> before(plain, 2, 2, 1, one), after(changed, 2, 2, 1, other);
  for (std::size_t i = 0; i < before.parameters().size(); ++i) {
    const Parameter<double>&from = before.parameters()[i], &to = after.parameters()[i];
    for (Index j = 0; j < from.value.size(); ++j) {
      const double expected = from.name == "weight" ? 3 * from.value.data[j]
                              : from.layer < 3      ? from.value.data[j] + 0.5
                                                    : from.value.data[j];
      EXPECT_DOUBLE_EQ(to.value.data[j], expected) << from.name << " of layer " << from.layer;
    }
  }
}

}  // namespace
}  // namespace gradclinic
