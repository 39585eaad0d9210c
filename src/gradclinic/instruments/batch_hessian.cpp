#include "gradclinic/instruments/batch_hessian.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "gradclinic/tensor/generator.h"

namespace gradclinic {
namespace {

constexpr double kStep = 1e-6;

}  // namespace

struct BatchHessian::Implementation {
  Implementation(const Training& training, Generator generator)
      : loss(training.loss),
        seed(training.spec.seed),
        network(training.spec.model, training.network.inputs(), training.network.outputs(), training.largest_batch,
                generator),
        inputs(training.network.inputs(), training.largest_batch),
        targets(training.data.training.targets.columns, training.largest_batch),
        output_gradient(training.network.outputs(), training.largest_batch),
        point(network.values().size()) {}

  /// The gradient at point + step * vector, in the network's buffer.
  std::span<const double> gradient_at(double step, std::span<const double> vector) {
    for (std::size_t i = 0; i < point.size(); ++i) network.values()[i] = point[i] + step * vector[i];
    Generator dropout(seed);
    const Pass pass{.training = true, .generator = &dropout};
    const View<const double> batch = inputs.first_columns(columns);
    const View<double> gradient = output_gradient.first_columns(columns);
    loss.evaluate64(network.forward(batch, pass), targets.first_columns(columns), gradient);
    network.backward(batch, gradient, pass);
    return network.gradients();
  }

  const Loss& loss;
  std::uint64_t seed;
  Network<double> network;
  Tensor<double> inputs;
  Tensor<double> targets;
  Tensor<double> output_gradient;
  std::vector<double> point;
  Index columns = 0;
};

BatchHessian::BatchHessian(const Training& training)
    : implementation_(std::make_unique<Implementation>(training, Generator(training.spec.seed))) {}
BatchHessian::~BatchHessian() = default;

void BatchHessian::set(const Training& training, View<const float> inputs, View<const float> targets) {
  implementation_->columns = inputs.columns;
  std::ranges::copy(inputs.flat(), implementation_->inputs.values.begin());
  std::ranges::copy(targets.flat(), implementation_->targets.values.begin());
  std::ranges::copy(training.network.values(), implementation_->point.begin());
}

std::size_t BatchHessian::size() const { return implementation_->point.size(); }

void BatchHessian::multiply(std::span<const double> vector, std::span<double> result) {
  const double length = std::sqrt(std::inner_product(vector.begin(), vector.end(), vector.begin(), 0.0));
  if (length == 0) {
    std::ranges::fill(result, 0);
    return;
  }
  const double step = kStep / length;
  std::ranges::copy(implementation_->gradient_at(step, vector), result.begin());
  const std::span<const double> behind = implementation_->gradient_at(-step, vector);
  for (std::size_t i = 0; i < result.size(); ++i) result[i] = (result[i] - behind[i]) / (2 * step);
}

}  // namespace gradclinic
