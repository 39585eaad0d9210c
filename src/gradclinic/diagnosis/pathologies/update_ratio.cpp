#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gradclinic/diagnosis/rules.h"

namespace gradclinic::pathologies {
namespace {

std::optional<Finding> examine(const Chart& chart) {
  LayerValue most, least{0, std::numeric_limits<double>::infinity()};
  for (int layer = 1; layer <= chart.depth(); ++layer) {
    const double ratio = chart.median("update_ratio", layer, {0, 0.5});
    if (ratio > most.value) most = {layer, ratio};
    if (ratio < least.value) least = {layer, ratio};
  }
  const double confidence = std::max(0.5 * log_ramp(most.value, 0.05, 1), 0.5 * log_ramp(least.value, 1e-5, 1e-8));
  if (confidence < 0.1) return std::nullopt;
  return Finding{.confidence = confidence,
                 .onset_step = 0,
                 .layers = {most.value > 0.05 ? most.layer : least.layer},
                 .evidence = {{fmt::format("largest: update over weights of layer {}, first half", most.layer),
                               most.value, "below 0.05"},
                              {fmt::format("smallest: layer {}", least.layer), least.value, "above 1e-5"}},
                 .rule = fmt::format("update ratios from {:.2g} to {:.2g}", least.value, most.value),
                 .sentence = most.value > 0.05 ? "Steps change a layer's weights by a large part of themselves."
                                               : "Steps change a layer's weights by next to nothing."};
}

std::vector<std::vector<Change>> without(const Chart& chart) { return with_rates(chart, {0.1, 10}); }

}  // namespace

Pathology update_ratio() {
  return {
      .id = "update-ratio",
      .summary = "updates far too large or too small for the weights that they change",
      .mechanism =
          "An update of about a thousandth of the weights' size moves a network steadily. A hundred times more "
          "overwrites what was learned, a hundred times less gets nowhere.",
      .reference =
          "Karpathy, CS231n course notes (about 1e-3); You et al. 2017, Large Batch Training of Convolutional Networks",
      .needs = {"update_ratio"},
      .fixes = {"lower-learning-rate", "higher-learning-rate", "adam", "he-init"},
      .look_alikes = {"warm-up", "converged"},
      .leads_to = {"loss-plateau", "divergence"},
      .stage = Stage::signal,
      .examine = examine,
      .without = without};
}

}  // namespace gradclinic::pathologies
