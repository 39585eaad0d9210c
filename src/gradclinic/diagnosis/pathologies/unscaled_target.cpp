#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gradclinic/diagnosis/rules.h"

namespace gradclinic::pathologies {
namespace {

std::optional<Finding> examine(const Chart& chart) {
  if (chart.spec().train.loss != "mse") return std::nullopt;
  const double mean = std::abs(chart.fact("target_mean"));
  const double deviation = chart.fact("target_deviation");
  const double size = std::max(mean, deviation);
  const double confidence =
      std::max({0.85 * log_ramp(size, 4, 50), deviation > 0 ? 0.85 * log_ramp(size, 0.1, 0.005) : 0.0,
                deviation > 0 ? 0.6 * log_ramp(mean / deviation, 5, 50) : 0.0});
  if (confidence < 0.15) return std::nullopt;
  return Finding{
      .confidence = confidence,
      .onset_step = 0,
      .layers = {chart.depth()},
      .evidence = {{"mean of the targets", chart.fact("target_mean"), "about 0"},
                   {"standard deviation of the targets", deviation, "about 1"}},
      .rule = fmt::format("targets of mean {:.3g} and deviation {:.3g}", chart.fact("target_mean"), deviation),
      .sentence =
          "The targets are far from mean 0 and deviation 1: the loss and its gradients are far too large or "
          "too small for the learning rate."};
}

/// Inputs that are off the scale as well, as of a series foretold from itself, leave nothing to learn from by
/// themselves.
std::vector<std::vector<Change>> without(const Chart& chart) {
  const std::vector<Change> scaled = {{"data.standardize_target", "true"}, {"data.target_scale", "1.0"}};
  std::vector<std::vector<Change>> changes = {scaled};
  if (find_pathology("unnormalized-input")->examine(chart)) {
    changes.push_back(scaled);
    changes.back().push_back({"data.standardize", "true"});
  }
  return changes;
}

}  // namespace

Pathology unscaled_target() {
  return {.id = "unscaled-target",
          .summary = "regression targets far from mean 0 and deviation 1",
          .mechanism =
              "The mean squared error's gradient grows with the targets' size. Large ones make every step overshoot, "
              "tiny ones leave nothing to learn from.",
          .reference = "LeCun et al. 1998, Efficient BackProp",
          .needs = {"data.target_deviation"},
          .fixes = {"scale-targets", "lower-learning-rate", "clip-norm", "adam"},
          .look_alikes = {"learning-rate-too-high", "exploding-gradient"},
          .leads_to = {"learning-rate-too-high", "exploding-gradient", "divergence", "non-finite", "dead-relu",
                       "saturated-activation", "loss-plateau", "update-ratio", "over-clipping", "undertrained"},
          .stage = Stage::data,
          .examine = examine,
          .without = without};
}

}  // namespace gradclinic::pathologies
