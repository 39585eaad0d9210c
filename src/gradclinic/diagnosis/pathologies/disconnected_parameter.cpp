#include <fmt/format.h>

#include <algorithm>

#include "gradclinic/diagnosis/reference_recipes.h"
#include "gradclinic/diagnosis/rules.h"

namespace gradclinic::pathologies {
namespace {

/// Layers whose weight gradient is exactly 0 at every step, while something else, a bias at least, gets one.
std::vector<int> disconnected(const Chart& chart) {
  std::vector<int> layers;
  if (!(chart.largest("gradient_norm", 0, kWhole) > 0)) return layers;
  for (int layer = 1; layer <= chart.depth(); ++layer)
    if (chart.largest("weight_grad.l2", layer, kWhole) == 0) layers.push_back(layer);
  return layers;
}

std::optional<Finding> examine(const Chart& chart) {
  const std::vector<int> layers = disconnected(chart);
  if (layers.empty()) return std::nullopt;
  return Finding{
      .confidence = 0.8,
      .onset_step = 0,
      .layers = layers,
      .evidence = {{fmt::format("largest gradient norm of layer {}'s weights over all steps", layers.front()),
                    chart.largest("weight_grad.l2", layers.front(), kWhole), "above 0"}},
      .rule = fmt::format("the gradient of {} layers' weights is exactly 0 at every step", layers.size()),
      .sentence = "Weights of a layer never get a gradient: what they compute does not reach the loss."};
}

std::vector<std::vector<Change>> without(const Chart& chart) {
  return {{{"model.init", fitting_initializer(chart.spec().model)}, {"model.init_gain", "1.0"}}};
}

}  // namespace

Pathology disconnected_parameter() {
  return {
      .id = "disconnected-parameter",
      .summary = "weights that never receive a gradient",
      .mechanism =
          "The output does not depend on them: they are not used, or everything behind them is multiplied by an "
          "exact 0.",
      .reference =
          "Zhang et al. 2021, AUTOTRAINER; Nikanjam et al. 2021, Automatic fault detection for deep learning programs",
      .needs = {"weight_grad.l2", "gradient_norm"},
      .fixes = {"he-init", "leaky-relu", "reinitialize-dead"},
      .look_alikes = {"vanishing-gradient", "dead-relu"},
      .leads_to = {"loss-plateau"},
      .stage = Stage::model,
      .examine = examine,
      .without = without};
}

}  // namespace gradclinic::pathologies
