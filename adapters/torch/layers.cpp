#include "layers.h"

#include <algorithm>

namespace gradclinic::torch {
namespace {

std::string module_of(const std::string& parameter) {
  const std::size_t dot = parameter.rfind('.');
  return dot == std::string::npos ? "model" : parameter.substr(0, dot);
}

bool stands_for(const std::string& parameter, const at::Tensor& value, const Layer& layer, bool& recurrent) {
  const bool from_step_to_step = parameter.find("weight_hh") != std::string::npos;
  if (from_step_to_step) return recurrent = true;
  return !recurrent && (!layer.weight.defined() || value.numel() > layer.weight.numel());
}

}  // namespace

std::vector<Layer> layers_of(const NamedTensors& parameters) {
  std::vector<Layer> layers;
  std::vector<bool> recurrent;
  for (const auto& [name, value] : parameters) {
    const std::string module = module_of(name);
    auto at = std::ranges::find(layers, module, &Layer::name);
    if (at == layers.end()) {
      layers.push_back({.name = module});
      recurrent.push_back(false);
      at = layers.end() - 1;
    }
    if (value.dim() < 2) {
      at->biases.push_back(value);
      continue;
    }
    bool is_recurrent = recurrent[static_cast<std::size_t>(at - layers.begin())];
    if (stands_for(name, value, *at, is_recurrent)) at->weight = value;
    recurrent[static_cast<std::size_t>(at - layers.begin())] = is_recurrent;
  }
  std::erase_if(layers, [](const Layer& layer) { return !layer.weight.defined(); });
  return layers;
}

void set_fans(Layer& layer, const std::string& operation) {
  const at::Tensor& weight = layer.weight;
  layer.channels_first = operation.find("conv") != std::string::npos;
  const double rows = static_cast<double>(weight.size(0));
  const double entries = static_cast<double>(weight.numel());
  if (operation.starts_with("conv_transpose")) {
    layer.inputs = rows;
    layer.outputs = entries / rows;
    return;
  }
  layer.inputs = entries / rows;
  layer.outputs = weight.dim() > 2 ? rows * layer.inputs / static_cast<double>(weight.size(1)) : rows;
}

}  // namespace gradclinic::torch
