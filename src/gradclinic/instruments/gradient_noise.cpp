#include "gradclinic/instruments/gradient_noise.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "gradclinic/tensor/generator.h"

namespace gradclinic {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// Columns first .. first + part.columns of `all`, gathered.
View<const float> gather(View<const float> all, Index first, View<float> part) {
  for (Index row = 0; row < all.rows; ++row) std::copy_n(all.row(row) + first, part.columns, part.row(row));
  return part;
}

}  // namespace

double GradientNoise::scale() const {
  return signal <= 0 ? std::numeric_limits<double>::infinity() : variance / signal;
}

GradientNoise estimate_noise(double part_squares, double whole_squares, double part, double whole) {
  return {.signal = (whole * whole_squares - part * part_squares) / (whole - part),
          .variance = std::max(0.0, part_squares - whole_squares) / (1 / part - 1 / whole)};
}

std::vector<Column> gradient_noise_columns(int depth) {
  std::vector<Column> columns;
  for (int layer = 0; layer <= depth; ++layer)
    for (const char* name : {"signal", "variance", "scale", "signal_to_noise"})
      columns.push_back({std::string("gradient_noise.") + name, layer});
  return columns;
}

void write_gradient_noise(std::span<const GradientNoise> noises, double batch, float* values) {
  for (const GradientNoise& noise : noises) {
    *values++ = static_cast<float>(noise.signal);
    *values++ = static_cast<float>(noise.variance);
    *values++ = static_cast<float>(noise.scale());
    *values++ = static_cast<float>(noise.signal_to_noise(batch));
  }
}

struct GradientNoiseMeter::Implementation {
  Implementation(const Training& training, Index largest_part)
      : generator(training.spec.seed),
        network(training.spec.model, training.network.inputs(), training.network.outputs(), largest_part, generator),
        inputs(training.network.inputs(), largest_part),
        targets(training.data.training.targets.columns, largest_part),
        output_gradient(training.network.outputs(), largest_part),
        mean(network.gradients().size()),
        squares(network.depth() + 1),
        result(network.depth() + 1) {}

  Generator generator;
  Network<float> network;
  Tensor<float> inputs;
  Tensor<float> targets;
  Tensor<float> output_gradient;
  std::vector<double> mean;     // the gradient over all parts
  std::vector<double> squares;  // by layer: mean squared norm of a part's gradient
  std::vector<GradientNoise> result;
};

GradientNoiseMeter::GradientNoiseMeter(const Training& training)
    : implementation_(
          std::make_unique<Implementation>(training, std::max<Index>(2, training.largest_batch / kNoiseParts))) {}
GradientNoiseMeter::~GradientNoiseMeter() = default;
GradientNoiseMeter::GradientNoiseMeter(GradientNoiseMeter&&) noexcept = default;

const std::vector<GradientNoise>& GradientNoiseMeter::estimate(const Training& training, View<const float> inputs,
                                                               View<const float> targets) {
  Implementation& own = *implementation_;
  const Index parts = std::min(kNoiseParts, inputs.columns / 2);
  std::fill(own.result.begin(), own.result.end(), GradientNoise{kNaN, kNaN});
  if (parts < 2) return own.result;
  const Index size = inputs.columns / parts;
  std::ranges::copy(training.network.values(), own.network.values().begin());
  std::fill(own.mean.begin(), own.mean.end(), 0);
  std::fill(own.squares.begin(), own.squares.end(), 0);

  const Pass pass{.training = true, .generator = &own.generator};
  const double share = 1 / static_cast<double>(parts);
  for (Index part = 0; part < parts; ++part) {
    const View<const float> part_inputs = gather(inputs, part * size, own.inputs.first_columns(size));
    const View<const float> part_targets = gather(targets, part * size, own.targets.first_columns(size));
    const View<float> gradient = own.output_gradient.first_columns(size);
    training.loss.evaluate(own.network.forward(part_inputs, pass), part_targets, gradient);
    own.network.backward(part_inputs, gradient, pass);
    for (const Parameter<float>& parameter : own.network.parameters()) {
      double* mean = own.mean.data() + (parameter.gradient.data - own.network.gradients().data());
      double squares = 0;
      for (float entry : parameter.gradient.flat()) {
        *mean++ += share * entry;
        squares += static_cast<double>(entry) * entry;
      }
      own.squares[parameter.layer] += share * squares;
      own.squares[0] += share * squares;
    }
  }

  std::vector<GradientNoise>& result = own.result;
  std::fill(result.begin(), result.end(), GradientNoise{});
  for (const Parameter<float>& parameter : own.network.parameters()) {
    const double* mean = own.mean.data() + (parameter.gradient.data - own.network.gradients().data());
    double squares = 0;
    for (Index i = 0; i < parameter.gradient.size(); ++i) squares += mean[i] * mean[i];
    result[parameter.layer].signal += squares;  // |G|^2 until the loop below
    result[0].signal += squares;
  }
  for (std::size_t layer = 0; layer < result.size(); ++layer)
    result[layer] = estimate_noise(own.squares[layer], result[layer].signal, static_cast<double>(size),
                                   static_cast<double>(size * parts));
  return result;
}

}  // namespace gradclinic
