#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gradclinic/diagnosis/reference_recipes.h"
#include "gradclinic/diagnosis/rules.h"

namespace gradclinic::pathologies {
namespace {

/// Gradients of pre-activations: weight gradients carry the size of what comes in as well.
double flow(const Chart& chart, Window window) {
  return layer_ratio(chart, "pre_activation_grad.l2", 1, chart.hidden(), window);
}

std::optional<Finding> examine(const Chart& chart) {
  if (chart.hidden() < 2) return std::nullopt;
  const double start = flow(chart, kStart);
  if (!(start < 0.05)) return std::nullopt;
  const double end = flow(chart, kEnd);
  const double hops = chart.hidden() - 1;
  return Finding{
      .confidence = 0.35 + 0.5 * log_ramp(start, 0.05, 1e-4),
      .onset_step = 0,
      .layers = {1},
      .evidence = {{fmt::format("gradient of layer 1's pre-activations over layer {}'s, first steps", chart.hidden()),
                    start, "0.05 or more"},
                   {"the same, last steps", end, ""},
                   {"factor per layer", std::pow(start, 1 / hops), "about 1"},
                   {"update of layer 1's weights over their size", chart.median("update_ratio", 1, kWhole),
                    "about 1e-3"}},
      .rule = fmt::format("the gradient loses a factor of {:.2g} over {} layers", 1 / start, chart.hidden() - 1),
      .sentence = "The gradient shrinks from layer to layer on its way back, so the first layers hardly learn."};
}

std::vector<std::vector<Change>> without(const Chart& chart) {
  const ModelSpec& model = chart.spec().model;
  std::vector<std::vector<Change>> changes = gentler_architectures(model);
  const bool saturates = model.activation == "sigmoid" || model.activation == "tanh";
  ModelSpec steep = model;
  if (saturates && model.activation == "sigmoid") steep.activation = "relu";
  changes.push_back({{"model.activation", steep.activation}, {"model.init", fitting_initializer(steep)}});
  return changes;
}

}  // namespace

Pathology vanishing_gradient() {
  return {.id = "vanishing-gradient",
          .summary = "gradients shrink towards the first layers",
          .mechanism =
              "Going back, each layer multiplies the gradient by its weights and by the activation function's "
              "slope. Where the product is below 1 the gradient falls exponentially with depth.",
          .reference = "Hochreiter 1991; Glorot & Bengio 2010; He et al. 2015",
          .needs = {"pre_activation_grad.l2"},
          .fixes = {"he-init", "batch-norm", "residual", "xavier-init", "leaky-relu"},
          .look_alikes = {"converged", "learning-rate-too-low", "dead-relu"},
          .leads_to = {"loss-plateau", "update-ratio", "undertrained"},
          .stage = Stage::signal,
          .examine = examine,
          .without = without};
}

}  // namespace gradclinic::pathologies
