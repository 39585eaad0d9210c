#include "blocks.h"

#include <ATen/ATen.h>

#include <cmath>
#include <map>

namespace gradclinic::torch {
namespace {

/// Mishkin & Matas 2016: divides by the output's deviation until its variance is within 0.1 of 1.
template <class Apply>
at::Tensor apply_scaled(const Product& layer, const Pass& pass, const Apply& apply) {
  at::Tensor output = apply();
  if (!pass.scales_outputs) return output;
  constexpr int kTries = 10;
  for (int attempt = 0; attempt < kTries; ++attempt) {
    const double variance = at::var(output, false).item<double>();
    if (std::abs(variance - 1) < 0.1 || !(variance > 0)) break;
    at::Tensor weight = layer.weight;
    weight.div_(std::sqrt(variance));
    output = apply();
  }
  return output;
}

using Function = at::Tensor (*)(const at::Tensor&);

}  // namespace

at::Tensor activate(const std::string& activation, const at::Tensor& input) {
  static const std::map<std::string, Function> functions = {
      {"sigmoid", [](const at::Tensor& x) { return at::sigmoid(x); }},
      {"tanh", [](const at::Tensor& x) { return at::tanh(x); }},
      {"relu", [](const at::Tensor& x) { return at::relu(x); }},
      {"leaky_relu", [](const at::Tensor& x) { return at::leaky_relu(x); }},
      {"elu", [](const at::Tensor& x) { return at::elu(x); }},
      {"selu", [](const at::Tensor& x) { return at::selu(x); }},
      {"gelu", [](const at::Tensor& x) { return at::gelu(x); }},
      {"silu", [](const at::Tensor& x) { return at::silu(x); }},
      {"softplus", [](const at::Tensor& x) { return at::softplus(x); }},
      {"identity", [](const at::Tensor& x) { return x; }},
  };
  return functions.at(activation)(input);
}

at::Tensor multiply(const Product& layer, const at::Tensor& input, const Pass& pass) {
  return apply_scaled(layer, pass, [&] { return at::linear(input, layer.weight, layer.bias); });
}

at::Tensor convolve(const Product& layer, const at::Tensor& input, std::int64_t stride, const Pass& pass) {
  const std::int64_t around = layer.weight.size(2) / 2;
  return apply_scaled(layer, pass, [&] {
    return at::conv2d(input, layer.weight, layer.bias, {stride, stride}, {around, around});
  });
}

at::Tensor normalize(const Norm& norm, const at::Tensor& input, const Pass& pass) {
  constexpr double kEpsilon = 1e-5, kMomentum = 0.1;  // PyTorch's defaults
  if (norm.kind == "batch") {
    const at::Tensor none;
    const bool tracks = pass.tracks && !pass.scales_outputs;
    return at::batch_norm(input, norm.weight, norm.bias, tracks ? norm.running_mean : none,
                          tracks ? norm.running_variance : none, pass.training, kMomentum, kEpsilon, false);
  }
  if (norm.kind != "layer") return input;
  if (input.dim() == 4) return at::group_norm(input, 1, norm.weight, norm.bias, kEpsilon);
  return at::layer_norm(input, {input.size(-1)}, norm.weight, norm.bias, kEpsilon);
}

at::Tensor drop(double share, const at::Tensor& input, const Pass& pass) {
  if (share <= 0 || !pass.training) return input;
  const at::Tensor mask = at::empty(input.sizes());
  pass.drops->bernoulli(std::span<float>(mask.data_ptr<float>(), static_cast<std::size_t>(mask.numel())), 1 - share);
  return input.mul(mask.mul_(1 / (1 - share)));
}

}  // namespace gradclinic::torch
