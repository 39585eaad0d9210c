#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gradclinic/diagnosis/reference_recipes.h"
#include "gradclinic/diagnosis/rules.h"

namespace gradclinic::pathologies {
namespace {

std::optional<Finding> examine(const Chart& chart) {
  if (chart.hidden() < 2) return std::nullopt;
  const double flow = layer_ratio(chart, "pre_activation_grad.l2", 1, chart.hidden(), kStart);
  const double largest = chart.largest("gradient_norm", 0, kWhole);
  const double first = chart.median("gradient_norm", 0, {0, 0});
  const double typical = chart.median("gradient_norm", 0, kWhole);
  // A gradient that is largest at first and falls from there does not explode.
  const double peak = largest > 2 * first ? largest / std::max(typical, 1e-30) : 1;
  const double confidence = std::max({0.7 * log_ramp(flow, 20, 1e4), 0.7 * log_ramp(first, 50, 1e4),
                                      0.5 * log_ramp(peak, 100, 1e5), 0.6 * log_ramp(largest, 1e3, 1e8)});
  if (confidence < 0.1) return std::nullopt;
  return Finding{
      .confidence = confidence,
      .onset_step =
          std::max<std::int64_t>(0, chart.onset("gradient_norm", 0, [&](float norm) { return norm >= 0.5 * largest; })),
      .layers = {1},
      .evidence = {{fmt::format("gradient of layer 1's pre-activations over layer {}'s, first steps", chart.hidden()),
                    flow, "below 20"},
                   {"norm of the first step's gradient", first, "below 50"},
                   {"largest gradient norm", largest, ""},
                   {"largest over the typical one", peak, "below 100; 1 where it is largest at first"}},
      .rule = fmt::format("gradient norm up to {:.3g}, growing by {:.3g} over the layers", largest, flow),
      .sentence =
          "Gradients grow from layer to layer on their way back, so that single steps throw the weights far off."};
}

std::vector<std::vector<Change>> without(const Chart& chart) {
  std::vector<std::vector<Change>> changes = alone("train.clip_norm", "1.0");
  const ModelSpec& model = chart.spec().model;
  if (model.norm == "none") changes.push_back({{"model.norm", fitting_norm(model)}});
  return changes;
}

}  // namespace

Pathology exploding_gradient() {
  return {.id = "exploding-gradient",
          .summary = "gradients grow towards the first layers, or all at once",
          .mechanism =
              "Where a layer multiplies gradients by more than 1 on their way back they grow exponentially with "
              "depth; a step along such a gradient leaves the region in which it was valid.",
          .reference = "Pascanu et al. 2013; Philipp et al. 2018",
          .needs = {"pre_activation_grad.l2", "gradient_norm"},
          .fixes = {"clip-norm", "batch-norm", "lower-learning-rate", "xavier-init", "layer-norm"},
          .look_alikes = {"learning-rate-too-high", "unscaled-target", "catapult"},
          .leads_to = {"divergence", "non-finite", "dead-relu", "saturated-activation", "loss-plateau", "update-ratio"},
          .stage = Stage::signal,
          .examine = examine,
          .without = without};
}

}  // namespace gradclinic::pathologies
