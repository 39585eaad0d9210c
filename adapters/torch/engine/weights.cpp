#include "weights.h"

#include <ATen/ATen.h>

#include <cmath>

#include "gradclinic/net/initializer.h"
#include "gradclinic/tensor/tensor.h"

namespace gradclinic::torch {

at::Tensor Weights::add(const std::string& name, at::IntArrayRef shape) {
  parameters_.emplace_back(name, at::zeros(shape));
  return parameters_.back().second.requires_grad_(true);
}

at::Tensor Weights::add_uniform(const std::string& name, at::IntArrayRef shape, double bound) {
  const at::Tensor values = add(name, shape);
  generator_.uniform({values.data_ptr<float>(), static_cast<std::size_t>(values.numel())}, static_cast<float>(-bound),
                     static_cast<float>(bound));
  return values;
}

Product Weights::add_product(const std::string& name, at::IntArrayRef shape) {
  std::int64_t inputs = 1;
  for (const std::int64_t size : shape.slice(1)) inputs *= size;
  const double bound = 1 / std::sqrt(static_cast<double>(inputs));
  const at::Tensor weight = add_uniform(name + ".weight", shape, bound);
  const at::Tensor bias = add_uniform(name + ".bias", {shape[0]}, bound);
  drawn_.push_back({weight, 1, {bias}});
  return {weight, bias};
}

Recurrence Weights::add_recurrence(const std::string& name, std::int64_t inputs, std::int64_t units,
                                   std::int64_t gates) {
  const double bound = 1 / std::sqrt(static_cast<double>(units));
  const Recurrence layer = {add_uniform(name + ".weight_ih", {gates * units, inputs}, bound),
                            add_uniform(name + ".weight_hh", {gates * units, units}, bound),
                            add_uniform(name + ".bias_ih", {gates * units}, bound),
                            add_uniform(name + ".bias_hh", {gates * units}, bound)};
  drawn_.push_back({layer.input_weight, gates, {layer.input_bias}});
  drawn_.push_back({layer.hidden_weight, gates, {layer.hidden_bias}});
  return layer;
}

Norm Weights::add_norm(const std::string& kind, const std::string& name, std::int64_t units) {
  if (kind == "none") return {.kind = kind};
  const at::NoGradGuard no_gradients;
  Norm norm{kind, add(name + ".weight", {units}), add(name + ".bias", {units}), at::zeros({units}), at::ones({units})};
  norm.weight.fill_(1);
  return norm;
}

void Weights::fill(at::Tensor block) {
  const std::int64_t rows = block.size(0);
  gradclinic::Tensor<float> values(rows, block.numel() / rows);
  find_initializer(model_.init).fill(values.view(), block.numel() / block.size(1), model_, generator_);
  block.copy_(at::from_blob(values.values.data(), block.sizes(), at::kFloat));
}

void Weights::draw() {
  const at::NoGradGuard no_gradients;
  const bool keeps_default = find_initializer(model_.init).keeps_default_bias;
  for (std::size_t i = 0; i < drawn_.size(); ++i) {
    Drawn& layer = drawn_[i];
    if (!keeps_default)
      for (at::Tensor block : layer.weight.chunk(layer.blocks, 0)) fill(block);
    if (model_.init_gain != 1) layer.weight.mul_(model_.init_gain);
    for (at::Tensor& bias : layer.biases) {
      if (!keeps_default) bias.zero_();
      if (i + 1 < drawn_.size() && model_.bias_init != 0) bias.add_(model_.bias_init);
    }
  }
}

}  // namespace gradclinic::torch
