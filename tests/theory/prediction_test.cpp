// Predictions against tables computed or measured apart from this code.
#include "gradclinic/theory/prediction.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "gradclinic/net/initializer.h"
#include "gradclinic/spec/vocabulary.h"
#include "gradclinic/tensor/tensor.h"
#include "gradclinic/theory/weight_law.h"

namespace gradclinic {
namespace {

std::vector<LayerPrediction> layers_of(const ModelSpec& model, const InputFacts& input, Index outputs = 10) {
  return predict(model, input, outputs).prediction.value().layers;
}

/// |delta| of the first hidden layer over that of the tenth, of ten hidden layers as wide as the input.
double ten_layer_ratio(const std::string& activation, std::int64_t width) {
  return layers_of({.depth = 11, .width = width, .activation = activation}, {.features = width}).front().gradient_ratio;
}

TEST(Prediction, GradientsOfTorchsDefault) {
  for (const std::int64_t width : {50, 512}) EXPECT_NEAR(ten_layer_ratio("relu", width), 3.150e-4, 5e-8);
  EXPECT_NEAR(ten_layer_ratio("tanh", 512) / 5.281e-3, 1, 2e-4);
  // The table leaves the first layer's bias out, which shows at width 50.
  EXPECT_NEAR(ten_layer_ratio("tanh", 50) / 4.964e-3, 1, 5e-3);
  EXPECT_NEAR(ten_layer_ratio("sigmoid", 512) / 2.152e-8, 1, 5e-4);
  EXPECT_NEAR(ten_layer_ratio("sigmoid", 50) / 2.128e-8, 1, 5e-3);
  const auto relu = layers_of({.depth = 11, .width = 100}, {.features = 100});
  EXPECT_NEAR(relu[4].gradient_factor.value(), 1.0 / 6, 1e-12);
  const auto tanh = layers_of({.depth = 11, .width = 512, .activation = "tanh"}, {.features = 512});
  EXPECT_NEAR(tanh[0].gradient_factor.value(), .22237, 2e-4);
}

/// Glorot & Bengio 2010: 784-1000x5-10 tanh without biases; torch's bound for the standard initialization.
TEST(Prediction, ActivationDeviationsOfGlorot) {
  const ModelSpec standard{
      .depth = 6, .width = 1000, .activation = "tanh", .init = "lecun_normal", .init_gain = 1 / std::sqrt(3.0)};
  const ModelSpec normalized{.depth = 6, .width = 1000, .activation = "tanh", .init = "xavier_uniform"};
  const double expected[2][5] = {{.4603, .2495, .1412, .0810, .0467}, {.6090, .4768, .4024, .3536, .3187}};
  for (int i = 0; i < 5; ++i) {
    EXPECT_NEAR(std::sqrt(*layers_of(standard, {.features = 784})[i].activation), expected[0][i], 6e-5);
    EXPECT_NEAR(std::sqrt(*layers_of(normalized, {.features = 784})[i].activation), expected[1][i], 6e-5);
  }
}

TEST(Prediction, GradientFactorUnderBatchNorm) {
  for (const auto& [activation, factor] : {std::pair<const char*, double>{"relu", 1.46694},
                                           {"leaky_relu", 1.45337},
                                           {"tanh", 1.17781},
                                           {"gelu", 1.31884},
                                           {"silu", 1.21208},
                                           {"elu", 1.07901},
                                           {"selu", 1.07157},
                                           {"sigmoid", 1.03359},
                                           {"identity", 1.0}}) {
    const auto layers = layers_of(
        {.depth = 8, .width = 256, .activation = activation, .init = "he_normal", .norm = "batch"}, {.features = 256});
    // Epsilon is 1e-5 of variances around 1, 5e-4 of sigmoid's.
    EXPECT_NEAR(*layers[4].gradient_factor / factor, 1, activation == std::string("sigmoid") ? 5e-4 : 1e-4)
        << activation;
    EXPECT_EQ(layers[4].correlation, 0);
  }
}

TEST(Prediction, SmallBatchesMakeBatchNormsFactorLarger) {
  for (const auto& [batch, norm] : {std::pair{8, 1.325}, {32, 1.232}, {128, 1.212}}) {
    const auto layers =
        predict({.depth = 8, .width = 512, .init = "he_normal", .norm = "batch"}, {.features = 512}, 1, batch)
            .prediction->layers;
    EXPECT_NEAR(std::sqrt(*layers[4].gradient_factor) / norm, 1, 5e-3) << batch;  // measured, batch norm and ReLU
  }
  const auto linear =
      predict({.depth = 8, .width = 512, .activation = "identity", .init = "he_normal", .norm = "batch"},
              {.features = 512}, 1, 8)
          .prediction->layers;
  EXPECT_NEAR(*linear[4].gradient_factor, 6.0 / 5, 1e-4);
}

TEST(Prediction, GradientFactorUnderLayerNorm) {
  for (const auto& [activation, factor] : {std::pair<const char*, double>{"relu", 1.0},
                                           {"tanh", 1.17781},
                                           {"gelu", 1.07203},
                                           {"silu", 1.06663},
                                           {"elu", 1.03590},
                                           {"sigmoid", .15283}}) {
    const auto layers =
        layers_of({.depth = 8, .width = 256, .activation = activation, .init = "lecun_normal", .norm = "layer"},
                  {.features = 256});
    EXPECT_NEAR(*layers[4].gradient_factor / factor, 1, 1e-4) << activation;
  }
}

TEST(Prediction, CorrelationOfHeReluLayersFollowsItsClosedForm) {
  const auto layers = layers_of({.depth = 1002, .width = 100, .init = "he_normal"}, {.features = 100});
  double c = 0;
  for (int layer = 0; layer <= 1000; ++layer) {
    EXPECT_NEAR(layers[layer].correlation, c, 1e-6) << layer;
    c = (std::sqrt(1 - c * c) + c * (std::acos(-1.0) - std::acos(c))) / std::acos(-1.0);
  }
  EXPECT_NEAR(layers[1].correlation, .31831, 5e-6);
  EXPECT_NEAR(layers[10].correlation, .871536, 5e-7);
  EXPECT_NEAR(layers[100].correlation, .996423, 5e-7);
}

TEST(Prediction, HeIsNotCriticalForGeluAndSilu) {
  const auto gelu = layers_of({.depth = 12, .width = 100, .activation = "gelu", .init = "he_normal"},
                              {.features = 100, .mean_square = 0.5});
  const auto silu = layers_of({.depth = 12, .width = 100, .activation = "silu", .init = "he_normal"},
                              {.features = 100, .mean_square = 0.5});
  EXPECT_NEAR(*gelu[0].gradient_factor, .912, 6e-4);
  EXPECT_NEAR(*gelu[1].gradient_factor, .891, 6e-4);
  EXPECT_NEAR(*silu[0].gradient_factor, .759, 6e-4);
  EXPECT_NEAR(*silu[1].gradient_factor, .713, 6e-4);
}

TEST(Prediction, TanhWithXavierFadesByAPower) {
  const auto layers =
      layers_of({.depth = 102, .width = 100, .activation = "tanh", .init = "xavier_normal"}, {.features = 100});
  double product = 1;
  std::vector<double> products;
  for (int layer = 0; layer < 100; ++layer) products.push_back(product *= *layers[layer].gradient_factor);
  EXPECT_NEAR(products[9], .0714, 6e-5);
  EXPECT_NEAR(products[49], .0143, 6e-5);
  EXPECT_NEAR(products[99], .0071, 6e-5);
}

TEST(Prediction, ResidualHeReluDoublesTheGradient) {
  const auto layers = layers_of({.depth = 27, .width = 64, .init = "he_normal", .residual = true}, {.features = 64});
  for (int layer = 0; layer + 2 < 27; ++layer) EXPECT_NEAR(*layers[layer].gradient_factor, 2, 1e-12);
}

TEST(Prediction, LsuvHoldsThePreActivations) {
  for (const char* activation : {"tanh", "relu", "sigmoid"})
    for (const LayerPrediction& layer :
         layers_of({.depth = 20, .width = 64, .activation = activation, .init = "lsuv"}, {.features = 30}))
      EXPECT_NEAR(layer.pre_activation, 1, 0.1) << activation << layer.layer;
}

TEST(Prediction, NoneWhereNothingIsRandom) {
  const Forecast forecast = predict({.init = "constant"}, {.features = 10}, 1);
  EXPECT_FALSE(forecast.prediction);
  EXPECT_NE(forecast.why_not.find("constant"), std::string::npos);
}

TEST(Prediction, OfOneLayerAndOfOverflow) {
  const auto one = layers_of({.depth = 1}, {.features = 10});
  EXPECT_EQ(one.size(), 1U);
  EXPECT_FALSE(one[0].gradient_factor);
  const auto large = layers_of({.depth = 400, .width = 50, .init_gain = 10}, {.features = 50});
  EXPECT_TRUE(std::isinf(large.back().pre_activation));
}

/// Every initializer of the catalogue has a law, and its draws follow it.
TEST(WeightLaw, IsWhatTheInitializersDraw) {
  for (const std::string& init : names_in("initializers")) {
    const ModelSpec model{.init = init, .init_std = 0.3, .init_gain = 1};
    for (const auto& [inputs, outputs] : {std::pair<Index, Index>{300, 200}, {150, 400}}) {
      const std::optional<WeightLaw> law = weight_law(model, inputs, outputs);
      if (init == "constant") {
        EXPECT_FALSE(law);
        continue;
      }
      ASSERT_TRUE(law) << init;
      Tensor<double> weights(outputs, inputs);
      Generator generator(3);
      find_initializer(init).fill64(weights.view(), outputs, model, generator);
      double squares = 0;
      for (const double weight : weights.values) squares += weight * weight;
      EXPECT_NEAR(squares / static_cast<double>(outputs) / law->weight, 1, 0.02) << init;
    }
  }
}

}  // namespace
}  // namespace gradclinic
