#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gradclinic/diagnosis/rules.h"

namespace gradclinic::pathologies {
namespace {

std::optional<Finding> examine(const Chart& chart) {
  const double mean = chart.fact("input_mean_largest");
  const double most = chart.fact("input_deviation_largest");
  const double least = chart.fact("input_deviation_least");
  const double size = std::max(mean, most);
  const double confidence = std::max({0.85 * log_ramp(size, 4, 60), 0.8 * log_ramp(size, 0.05, 0.003),
                                      most > 1.5 ? 0.7 * log_ramp(most / least, 30, 1000) : 0.0});
  if (confidence < 0.15) return std::nullopt;
  return Finding{
      .confidence = confidence,
      .onset_step = 0,
      .layers = {1},
      .evidence = {{"largest mean of a feature", mean, "about 0"},
                   {"largest standard deviation of a feature", most, "about 1"},
                   {"smallest standard deviation of a feature that varies", least, "about 1"}},
      .rule = fmt::format("features with means up to {:.3g} and deviations from {:.3g} to {:.3g}", mean, least, most),
      .sentence =
          "Input features are far from mean 0 and deviation 1, or differ a lot in size: one rate cannot suit "
          "them all, and units saturate, die or see no difference."};
}

std::vector<std::vector<Change>> without(const Chart&) { return alone("data.standardize", "true"); }

}  // namespace

Pathology unnormalized_input() {
  return {
      .id = "unnormalized-input",
      .summary = "input features far from mean 0 and deviation 1",
      .mechanism =
          "The loss's curvature along a first-layer weight grows with the square of its input. Large or unequal "
          "inputs make some directions steep and others flat, so that no learning rate suits both.",
      .reference = "LeCun et al. 1998, Efficient BackProp, section 4.3",
      .needs = {"data.input_mean_largest"},
      .fixes = {"standardize-inputs", "batch-norm", "lower-learning-rate"},
      .look_alikes = {"learning-rate-too-high", "bad-init-scale"},
      .leads_to = {"learning-rate-too-high", "saturated-activation", "dead-relu", "exploding-gradient", "divergence",
                   "non-finite", "loss-plateau", "vanishing-gradient", "update-ratio", "rank-collapse", "undertrained"},
      .stage = Stage::data,
      .examine = examine,
      .without = without};
}

}  // namespace gradclinic::pathologies
