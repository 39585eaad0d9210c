#include "description.h"

#include <algorithm>
#include <map>

namespace gradclinic::torch {
namespace {

constexpr std::int64_t kWidest = 65536;  // that a spec may say
constexpr double kMostDropout = 0.999;

/// The commonest of the hidden layers; `none` where there is no other. Layers side by side, as in attention, often have
/// none.
std::string commonest(const std::vector<Layer>& layers, std::string Layer::*what, const std::string& none) {
  std::map<std::string, int> counts;
  for (std::size_t i = 0; i + 1 < layers.size(); ++i)
    if (const std::string& each = layers[i].*what; !each.empty() && each != none) ++counts[each];
  const auto most = std::ranges::max_element(counts, {}, [](const auto& count) { return count.second; });
  return most == counts.end() ? none : most->first;
}

}  // namespace

void describe_network(const std::vector<Layer>& layers, bool residual, double dropout, ModelSpec& model) {
  model.kind = "outside";
  model.layers.clear();
  model.width = 1;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    model.layers += (i == 0 ? "" : " ") + layers[i].name;
    if (i + 1 < layers.size()) model.width = std::max(model.width, std::min(kWidest, layers[i].weight.size(0)));
  }
  model.depth = std::max<std::int64_t>(1, static_cast<std::int64_t>(layers.size()));
  model.activation = commonest(layers, &Layer::activation, "identity");
  model.norm = commonest(layers, &Layer::norm, "none");
  model.residual = residual;
  model.dropout = std::min(kMostDropout, dropout);
}

std::vector<OutsideLayer> outside_layers(const std::vector<Layer>& layers) {
  std::vector<OutsideLayer> outside;
  for (const Layer& layer : layers)
    outside.push_back(
        {layer.name, layer.activation.empty() ? "identity" : layer.activation, layer.inputs, layer.outputs});
  return outside;
}

}  // namespace gradclinic::torch
