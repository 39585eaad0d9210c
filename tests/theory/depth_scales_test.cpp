// Fixed points and depth scales against tables computed apart from this code.
#include "gradclinic/theory/depth_scales.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "gradclinic/theory/prediction.h"

namespace gradclinic {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();

DepthScales scales_of(const std::string& activation, double weight, double bias, double start = 1) {
  return depth_scales(find_activation(activation), {.weight = weight, .bias = bias}, start);
}

struct Row {
  double weight, pre_activation, chi, correlation, pre_activation_depth, correlation_depth;
};

/// Within half a unit of the last digit printed in the table.
void expect_row(const DepthScales& scales, const Row& row, const std::vector<double>& digits) {
  SCOPED_TRACE(row.weight);
  EXPECT_NEAR(scales.pre_activation, row.pre_activation, digits[0]);
  EXPECT_NEAR(scales.chi, row.chi, digits[1]);
  EXPECT_NEAR(scales.correlation.value(), row.correlation, digits[2]);
  EXPECT_NEAR(scales.pre_activation_depth.value(), row.pre_activation_depth, digits[3]);
  EXPECT_NEAR(scales.correlation_depth.value(), row.correlation_depth, row.correlation_depth * digits[4]);
}

TEST(DepthScales, TanhOfSchoenholz) {
  for (const Row& row : {Row{1.0, .19359, .75903, 1, 1.748, 3.627},
                         {1.2, .26990, .84517, 1, 1.809, 5.945},
                         {1.4, .36488, .91103, 1, 1.740, 10.73},
                         {1.6, .47425, .96369, 1, 1.621, 27.04},
                         {1.7, .53308, .98674, 1, 1.558, 74.9},
                         {1.8, .59413, 1.00822, .95041, 1.498, 125.8},
                         {2.0, .72176, 1.04767, .74408, 1.388, 25.2},
                         {2.5, 1.06396, 1.13352, .44680, 1.180, 11.80},
                         {3.0, 1.42801, 1.20893, .29932, 1.041, 9.05},
                         {4.0, 2.19549, 1.34240, .16506, .873, 6.98}})
    expect_row(scales_of("tanh", row.weight, .05), row, {6e-6, 6e-6, 6e-6, 6e-4, 1.2e-3});
  EXPECT_NEAR(scales_of("tanh", 1.0, .05).trainable_depth().value(), 21.8, 0.05);
  EXPECT_NEAR(scales_of("tanh", 2.0, .05).gradient_depth, 21.5, 0.05);
  EXPECT_NEAR(scales_of("tanh", 1.76095, .05).chi, 1, 1e-5);
}

TEST(DepthScales, TanhOfPoole) {
  for (const Row& row : {Row{1.3, .6070, .9398, 1, 1.338, 16.11},
                         {2.5, 4.0791, 1.5852, .1221, .688, 5.109},
                         {4.0, 12.604, 2.3673, .0297, .490, 3.639}})
    expect_row(scales_of("tanh", row.weight * row.weight, .09), row, {6e-4, 6e-5, 6e-5, 6e-4, 2e-4});
}

TEST(DepthScales, CriticalPoints) {
  for (const auto& [bias, weight, q] :
       {std::tuple{.001, 1.18919, .10729}, {.01, 1.42421, .27330}, {.1, 1.98607, .80580}, {.3, 2.50513, 1.46117}}) {
    EXPECT_NEAR(scales_of("tanh", weight, bias).chi, 1, 1e-5) << bias;
    EXPECT_NEAR(scales_of("tanh", weight, bias).pre_activation, q, 2e-5) << bias;
    EXPECT_EQ(scales_of("tanh", weight, bias).phase, "critical");
  }
  EXPECT_NEAR(scales_of("sigmoid", 103.008, 0, 45).chi, 1, 1e-5);
  EXPECT_NEAR(scales_of("tanh", 1.05, 2.01e-5).pre_activation, .025921, 1e-6);
}

TEST(DepthScales, Sigmoid) {
  for (const auto& [weight, chi] : {std::pair{1.0, .0557}, {4.0, .1716}, {16.0, .3989}, {25.0, .5016}, {64.0, .7948}})
    EXPECT_NEAR(scales_of("sigmoid", weight, 0).chi, chi, 6e-5) << weight;
}

TEST(DepthScales, ReluKeepsFadesAndGrows) {
  const DepthScales he = scales_of("relu", 2, 0, 3.7);
  EXPECT_NEAR(he.pre_activation, 3.7, 1e-9);
  EXPECT_NEAR(he.chi, 1, 1e-12);
  EXPECT_EQ(he.phase, "critical");
  EXPECT_EQ(he.pre_activation_depth, kInfinite);
  const DepthScales small = scales_of("relu", 1, 0);
  EXPECT_EQ(small.pre_activation, 0);
  EXPECT_NEAR(small.chi, 0.5, 1e-12);
  EXPECT_EQ(small.phase, "ordered");
  const DepthScales large = scales_of("relu", 3, 0);
  EXPECT_EQ(large.pre_activation, kInfinite);
  EXPECT_NEAR(large.chi, 1.5, 1e-9);
  EXPECT_EQ(large.phase, "chaotic");
}

TEST(DepthScales, OfTorchsDefault) {
  for (const auto& [width, relu, tanh, chi] : {std::tuple{50, .00800, .00990, .32695},
                                               {100, .00400, .00498, .33007},
                                               {256, .00156, .00195, .33204},
                                               {512, .00078, .00098, .33269}}) {
    ModelSpec model{.width = width, .activation = "relu"};
    EXPECT_NEAR(depth_scales(model)->pre_activation, relu, 6e-6) << width;
    EXPECT_NEAR(depth_scales(model)->chi, 1.0 / 6, 1e-12);
    model.activation = "tanh";
    EXPECT_NEAR(depth_scales(model)->pre_activation, tanh, 6e-6) << width;
    EXPECT_NEAR(depth_scales(model)->chi, chi, 6e-6) << width;
  }
}

TEST(DepthScales, AreThoseOfTheLastLayersOfADeepPrediction) {
  for (const char* activation : {"tanh", "relu", "gelu", "sigmoid"}) {
    for (const char* norm : {"none", "batch", "layer"}) {
      for (const char* init : {"torch", "he_normal", "lsuv"}) {
        for (const double dropout : {0.0, 0.2}) {
          SCOPED_TRACE(std::string(activation) + ", " + norm + ", " + init + (dropout > 0 ? ", dropout" : ""));
          const ModelSpec model{.depth = 400,
                                .width = 200,
                                .activation = activation,
                                .init = init,
                                .bias_init = 0.1,
                                .norm = norm,
                                .dropout = dropout};
          const DepthScales scales = depth_scales(model).value();
          const LayerPrediction last = predict(model, {.features = 200}, 10).prediction->layers[380];
          if (std::isfinite(scales.pre_activation)) {
            EXPECT_NEAR(last.pre_activation / scales.pre_activation, 1, 1e-3);
            if (scales.correlation && scales.phase != "critical") {
              EXPECT_NEAR(last.correlation, *scales.correlation, 1e-3);
            }
          }
          // A signal that grows without end is not at its end in layer 381.
          EXPECT_NEAR(*last.gradient_factor / scales.chi, 1, std::isfinite(scales.pre_activation) ? 1e-3 : 1e-2);
        }
      }
    }
  }
}

TEST(DepthScales, NoneWhereNothingIsFixed) {
  EXPECT_FALSE(depth_scales({.residual = true}));
  EXPECT_FALSE(depth_scales({.init = "constant"}));
  const DepthScales batch = depth_scales({.norm = "batch"}).value();
  EXPECT_FALSE(batch.correlation);
  EXPECT_FALSE(batch.trainable_depth());
  EXPECT_EQ(batch.phase, "chaotic");
}

}  // namespace
}  // namespace gradclinic
