#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gradclinic/diagnosis/reference_recipes.h"
#include "gradclinic/diagnosis/rules.h"

namespace gradclinic::pathologies {
namespace {

/// Published initializers lie between 0.58 (nn.Linear's default) and 1.41 (He et al. 2015).
constexpr double kSmallest = 0.4;
constexpr double kLargest = 2.2;

/// The gain furthest from that range, as a factor; 1 within it.
struct Off {
  int layer = 0;
  double gain = 1;
  double factor = 1;
};

Off furthest_off(const Chart& chart) {
  Off off;
  for (int layer = 1; layer <= chart.depth(); ++layer) {
    const double gain = weight_gain(chart, layer);
    const double factor = gain < kSmallest ? kSmallest / std::max(gain, 1e-12) : gain / kLargest;
    if (factor > off.factor) off = {layer, gain, factor};
  }
  return off;
}

/// Biases start at 0 or, of a forget gate, at 1 (Jozefowicz et al. 2015); embeddings at a deviation of 1 or less.
constexpr double kLargeBias = 1.5;
constexpr double kLargeTable = 3;

/// Of what a network from outside holds beside its layers' weights.
std::optional<Finding> beside_weights(const Chart& chart) {
  const double bias = chart.fact("bias_largest");
  const double table = chart.fact("table_deviation");
  const double confidence = std::max(0.8 * log_ramp(bias, kLargeBias, 6), 0.8 * log_ramp(table, kLargeTable, 12));
  if (!(bias > kLargeBias || table > kLargeTable)) return std::nullopt;
  return Finding{.confidence = std::max(0.4, confidence),
                 .evidence = {{"largest bias before training, by size", bias, "0, or 1 of a forget gate"},
                              {"largest standard deviation of an embedding before training", table, "1 or less"}},
                 .rule = fmt::format("a bias of {:.3g}, an embedding's deviation of {:.3g} at the start", bias, table),
                 .sentence =
                     "Biases or embeddings start so large that units and gates behind them are shut, dead or "
                     "saturated before anything is learnt."};
}

std::optional<Finding> examine(const Chart& chart) {
  if (std::optional<Finding> found = beside_weights(chart)) return found;
  const Off off = furthest_off(chart);
  if (off.layer == 0) return std::nullopt;
  const bool small = off.gain < kSmallest;
  const bool normalized = chart.spec().model.norm != "none";
  const double confidence = (0.35 + 0.55 * log_ramp(off.factor, 1, 4)) * (normalized ? 0.5 : 1);
  return Finding{
      .confidence = confidence,
      .onset_step = 0,
      .layers = {off.layer},
      .evidence = {{fmt::format("gain of the initial weights of layer {}: their root mean square times the root of "
                                "its fan",
                                off.layer),
                    off.gain, fmt::format("{} to {}; He et al. 1.41, Glorot and Bengio about 1", kSmallest, kLargest)},
                   {"initial loss, " + chart.course().unit_name(),
                    chart.course().empty() ? std::nan("") : chart.course().training.front().loss, "about 1"}},
      .rule = fmt::format("initial gain {:.3g} outside {} to {}", off.gain, kSmallest, kLargest),
      .sentence =
          small ? "The weights start so small that signals fade from layer to layer and the output hardly depends "
                  "on the input."
                : "The weights start so large that signals grow from layer to layer: units saturate, or gradients "
                  "and the first loss are huge."};
}

std::vector<std::vector<Change>> without(const Chart& chart) {
  std::vector<std::vector<Change>> changes = {
      {{"model.init", fitting_initializer(chart.spec().model)}, {"model.init_gain", "1.0"}}};
  if (chart.fact("bias_largest") > kLargeBias) changes.push_back({{"model.bias_init", "0.0"}});
  return changes;
}

}  // namespace

Pathology bad_init_scale() {
  return {
      .id = "bad-init-scale",
      .summary = "the initial weights are far too small or too large",
      .mechanism =
          "Each layer multiplies a signal's size by its gain. Below 1 signals and gradients shrink "
          "exponentially with depth, above they grow; He's or Xavier's gain keeps them.",
      .reference = "Glorot & Bengio 2010; He et al. 2015; Mishkin & Matas 2016",
      .needs = {"survey.weight_deviation", "data.features"},
      .fixes = {"he-init", "xavier-init", "orthogonal-init", "lsuv-init", "batch-norm"},
      .look_alikes = {"vanishing-gradient", "exploding-gradient", "learning-rate-too-high", "learning-rate-too-low"},
      .leads_to = {"learning-rate-too-high", "vanishing-gradient", "exploding-gradient", "saturated-activation",
                   "rank-collapse", "dead-relu", "divergence", "non-finite", "loss-plateau", "update-ratio",
                   "undertrained"},
      .stage = Stage::model,
      .examine = examine,
      .without = without};
}

}  // namespace gradclinic::pathologies
