#include "gradclinic/theory/prediction.h"

#include <algorithm>
#include <cmath>

#include "gradclinic/net/initializer.h"
#include "gradclinic/theory/moments.h"
#include "gradclinic/theory/weight_law.h"

namespace gradclinic {
namespace {

constexpr double kEpsilon = 1e-5;  // of both norms

/// What flows between blocks.
struct Signal {
  double mean;
  double mean_square;
  double overlap;
};

/// A linear layer with its norm: the distribution of what comes out, and the factor of squared gradients going back.
struct Affine {
  double mean;
  double variance;
  double covariance;  // of two independent inputs
  double backward;
};

/// LSUV's scale of sigma_w^2, as layers/linear.cpp applies it.
double lsuv_scale(double variance) { return std::abs(variance - 1) < 0.1 || !(variance > 0) ? 1 : 1 / variance; }

Affine affine(const ModelSpec& model, WeightLaw law, const Signal& input, bool hidden, Index batch) {
  if (find_initializer(model.init).scales_by_data) law.weight *= lsuv_scale(law.weight * input.mean_square);
  Affine out{.mean = hidden ? model.bias_init : 0,
             .variance = law.weight * input.mean_square + law.bias,
             .covariance = law.weight * input.overlap + law.bias,
             .backward = law.weight};
  if (!hidden || model.norm == "none") return out;
  double size_factor = 1;
  if (model.norm == "batch") {
    out.variance = std::max(out.variance - out.covariance, 0.0);
    out.covariance = 0;
    const double samples = static_cast<double>(batch);
    if (batch > 3) size_factor = (samples - 2) / (samples - 3);
  }
  const double scale = 1 / (out.variance + kEpsilon);
  return {.mean = 0,
          .variance = out.variance * scale,
          .covariance = out.covariance * scale,
          .backward = out.backward * scale * size_factor};
}

double correlation_of(const Affine& affine) {
  return affine.variance > 0 ? std::clamp(affine.covariance / affine.variance, 0.0, 1.0) : 1;
}

/// chi of every layer but the last. G is the squared gradient of a block's output: |delta|^2 = keep E phi'^2 G.
void fill_gradients(const std::vector<double>& slope_squares, const std::vector<double>& backward,
                    const std::vector<bool>& skips, double keep, std::vector<LayerPrediction>& layers) {
  const std::size_t last = layers.size() - 1;
  for (std::size_t i = 0; i < last; ++i) {
    const double own = keep * slope_squares[i];
    layers[i].gradient_factor = own * backward[i + 1];
    // Past a skip, G of this block is that of the next times (1 + its branch's factor).
    if (i + 1 < last && skips[i + 1]) *layers[i].gradient_factor += own / (keep * slope_squares[i + 1]);
  }
  if (last == 0) {
    layers[0].gradient_ratio = 1;
    return;
  }
  layers[last - 1].gradient_ratio = 1;
  layers[last].gradient_ratio = 1 / std::sqrt(*layers[last - 1].gradient_factor);
  for (std::size_t i = last - 1; i-- > 0;)
    layers[i].gradient_ratio = layers[i + 1].gradient_ratio * std::sqrt(*layers[i].gradient_factor);
}

}  // namespace

Forecast predict(const ModelSpec& model, const InputFacts& input, Index outputs, Index batch) {
  if (model.kind != "mlp")
    return {.why_not = "the theory here is that of multi-layer perceptrons, and this network is of kind " + model.kind};
  const Activation& activation = find_activation(model.activation);
  const double keep = 1 / (1 - model.dropout);
  Signal signal{input.mean, input.mean_square, input.overlap};
  Prediction prediction;
  std::vector<double> slope_squares, backward;
  std::vector<bool> skips;
  Index inputs = input.features;
  for (int layer = 1; layer <= model.depth; ++layer) {
    const bool hidden = layer < model.depth;
    const Index width = hidden ? model.width : outputs;
    const std::optional<WeightLaw> law = weight_law(model, inputs, width);
    if (!law) return {.why_not = "init `" + model.init + "` has no known distribution of weights about zero"};
    const Affine linear = affine(model, *law, signal, hidden, batch);
    LayerPrediction row{.layer = layer,
                        .inputs = inputs,
                        .outputs = width,
                        .pre_activation = linear.variance + linear.mean * linear.mean,
                        .correlation = correlation_of(linear)};
    backward.push_back(linear.backward);
    if (hidden) {
      const ActivationMoments moments = activation_moments(activation, linear.mean, linear.variance);
      row.activation = moments.mean_square;
      row.saturated = moments.saturated;
      slope_squares.push_back(moments.slope_square);
      skips.push_back(model.residual && inputs == model.width);
      const Signal block{moments.mean, keep * moments.mean_square,
                         value_series(activation, linear.mean, linear.variance).at(row.correlation)};
      const double cross = skips.back() ? 2 * signal.mean * block.mean : 0;
      signal = skips.back() ? Signal{signal.mean + block.mean, signal.mean_square + block.mean_square + cross,
                                     signal.overlap + block.overlap + cross}
                            : block;
    }
    prediction.layers.push_back(row);
    inputs = width;
  }
  fill_gradients(slope_squares, backward, skips, keep, prediction.layers);
  return {.prediction = std::move(prediction)};
}

}  // namespace gradclinic
