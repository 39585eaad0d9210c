#include "loss_probes.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <limits>

namespace gradclinic::torch {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::size_t count(const NamedTensors& parameters) {
  std::size_t entries = 0;
  for (const auto& [name, parameter] : parameters) entries += static_cast<std::size_t>(parameter.numel());
  return entries;
}

/// The gradients of a loss; undefined where it does not depend on a parameter.
std::vector<at::Tensor> gradients(const at::Tensor& loss, const std::vector<at::Tensor>& parameters, bool keeps_graph,
                                  bool differentiable) {
  return ::torch::autograd::grad({loss}, parameters, {}, keeps_graph, differentiable, true);
}

double squares(const at::Tensor& values) { return values.to(at::kDouble).square().sum().item<double>(); }

/// A vector over all parameters as tensors of their shapes.
std::vector<at::Tensor> split(std::span<const double> vector, const std::vector<at::Tensor>& parameters) {
  std::vector<at::Tensor> parts;
  for (const at::Tensor& parameter : parameters) {
    const auto entries = static_cast<std::size_t>(parameter.numel());
    double* const from = const_cast<double*>(vector.data());  // from_blob takes no other; it is only read
    parts.push_back(at::from_blob(from, parameter.sizes(), at::kDouble).to(at::kFloat));
    vector = vector.subspan(entries);
  }
  return parts;
}

void join(const std::vector<at::Tensor>& parts, const std::vector<at::Tensor>& parameters, std::span<double> vector) {
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto entries = static_cast<std::size_t>(parameters[i].numel());
    const std::span<double> part = vector.first(entries);
    if (parts[i].defined())
      at::from_blob(part.data(), parameters[i].sizes(), at::kDouble).copy_(parts[i]);
    else
      std::ranges::fill(part, 0);
    vector = vector.subspan(entries);
  }
}

}  // namespace

LossProbes::LossProbes(LossProbed probed, const Spec& spec, Sink& sink)
    : probed_(std::move(probed)),
      seed_(spec.seed),
      noise_interval_(spec.watch.noise),
      sharpness_interval_(spec.watch.sharpness),
      sink_(sink),
      drops_(spec.seed),
      search_(sharpness_interval_ > 0 ? count(probed_.parameters) : 0, spec.seed) {
  std::size_t layer = 0;
  for (const auto& [name, parameter] : probed_.parameters) {
    const auto at = std::ranges::find(probed_.layers, name.substr(0, name.rfind('.')));
    if (at != probed_.layers.end()) layer = static_cast<std::size_t>(at - probed_.layers.begin()) + 1;
    parameters_.push_back(parameter);
    layer_.push_back(layer);
  }
  if (noise_interval_ > 0) sink_.open_table("noise", gradient_noise_columns(static_cast<int>(probed_.layers.size())));
  if (sharpness_interval_ > 0) sink_.open_table("sharpness", sharpness_columns());
}

void LossProbes::measure(std::int64_t step, const Examples& batch) {
  const auto measure_by = [&](const char* what, std::int64_t& interval, auto probe) {
    if (interval <= 0 || step % interval != 0) return;
    try {
      (this->*probe)(step, batch);
    } catch (const std::exception& error) {
      interval = 0;
      sink_.add_event({step, "gauge-failed", 0, std::string(what) + ": " + error.what()});
    }
  };
  measure_by("gradient_noise", noise_interval_, &LossProbes::measure_noise);
  measure_by("sharpness", sharpness_interval_, &LossProbes::measure_sharpness);
}

void LossProbes::measure_noise(std::int64_t step, const Examples& batch) {
  const std::int64_t samples = batch.inputs.size(0);
  const std::int64_t parts = std::min(kNoiseParts, samples / 2);
  const std::int64_t size = parts < 2 ? 0 : samples / parts;
  std::vector<at::Tensor> mean(parameters_.size());
  std::vector<double> of_parts(probed_.layers.size() + 1), of_whole(probed_.layers.size() + 1);
  const auto add = [&](std::vector<double>& to, std::size_t parameter, double amount) {
    to[0] += amount;
    if (layer_[parameter] > 0) to[layer_[parameter]] += amount;
  };
  for (std::int64_t part = 0; size > 0 && part < parts; ++part) {
    const Examples some{batch.inputs.slice(0, part * size, (part + 1) * size),
                        batch.targets.slice(0, part * size, (part + 1) * size)};
    const std::vector<at::Tensor> found = gradients(probed_.loss(some, drops_), parameters_, false, false);
    for (std::size_t i = 0; i < found.size(); ++i) {
      if (!found[i].defined()) continue;
      add(of_parts, i, squares(found[i]) / static_cast<double>(parts));
      const at::Tensor share = found[i].to(at::kDouble).div(static_cast<double>(parts));
      mean[i] = mean[i].defined() ? mean[i].add(share) : share;
    }
  }
  for (std::size_t i = 0; i < mean.size(); ++i)
    if (mean[i].defined()) add(of_whole, i, squares(mean[i]));

  std::vector<GradientNoise> noises(of_whole.size(), GradientNoise{kNaN, kNaN});
  for (std::size_t layer = 0; size > 0 && layer < noises.size(); ++layer)
    noises[layer] =
        estimate_noise(of_parts[layer], of_whole[layer], static_cast<double>(size), static_cast<double>(size * parts));
  std::vector<float> row(4 * noises.size());
  write_gradient_noise(noises, static_cast<double>(samples), row.data());
  sink_.append("noise", step, row.data());
}

void LossProbes::measure_sharpness(std::int64_t step, const Examples& batch) {
  Generator drops(seed_);  // one mask for all searches
  const std::vector<at::Tensor> slopes = gradients(probed_.loss(batch, drops), parameters_, true, true);
  const Product multiply = [&](std::span<const double> vector, std::span<double> result) {
    const std::vector<at::Tensor> along = split(vector, parameters_);
    at::Tensor product;
    for (std::size_t i = 0; i < slopes.size(); ++i) {
      if (!slopes[i].defined() || !slopes[i].requires_grad()) continue;
      const at::Tensor part = slopes[i].mul(along[i]).sum();
      product = product.defined() ? product.add(part) : part;
    }
    join(product.defined() ? gradients(product, parameters_, true, false) : std::vector<at::Tensor>(slopes.size()),
         parameters_, result);
  };
  const EigenPair pair = search_.find(multiply);
  const float row[] = {static_cast<float>(pair.value), static_cast<float>(pair.residual)};
  sink_.append("sharpness", step, row);
}

}  // namespace gradclinic::torch
