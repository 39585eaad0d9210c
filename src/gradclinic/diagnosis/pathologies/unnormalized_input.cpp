#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gradclinic/diagnosis/outside_changes.h"
#include "gradclinic/diagnosis/rules.h"

namespace gradclinic::pathologies {
namespace {

/// How sure the features' sizes alone make it: far too large, far too small, or far from alike.
double strength(const Chart& chart) {
  const double most = chart.fact("input_deviation_largest");
  const double size = std::max(chart.fact("input_mean_largest"), most);
  return std::max({0.85 * log_ramp(size, 4, 60), 0.8 * log_ramp(size, 0.05, 0.003),
                   most > 1.5 ? 0.7 * log_ramp(most / chart.fact("input_deviation_least"), 30, 1000) : 0.0});
}

constexpr double kWorthALook = 0.15;

/// Deviations between the means of inputs trained on and held out, and a factor between their deviations.
constexpr double kShifted = 0.5;
constexpr double kScaled = 1.5;

/// Of a network from outside, whose loop may prepare the two differently. Only a trial tells whether it does harm.
std::optional<Finding> of_held_out(const Chart& chart) {
  const double shift = chart.fact("held_out_shift");
  const double scale = chart.fact("held_out_scale");
  if (!(std::abs(shift) > kShifted || scale > kScaled || scale < 1 / kScaled)) return std::nullopt;
  return Finding{
      .confidence = 0.6,
      .evidence = {{"mean of inputs held out less that of those trained on, in deviations", shift, "about 0"},
                   {"standard deviation of inputs held out over those trained on", scale, "about 1"}},
      .rule = fmt::format("inputs held out lie {:.2g} deviations away and vary {:.2g} times as much", shift, scale),
      .sentence =
          "Inputs of samples held out are on another scale than those trained on: prepare both in the same "
          "way, with mean and deviation of the training samples.",
      .by_hand = true};
}

bool are_constant(const Chart& chart) { return chart.fact("input_constant") == 1; }

Finding constant() {
  return {.confidence = 0.9,
          .onset_step = 0,
          .evidence = {{"share of the input's features that do not vary", 1, "below 1"}},
          .rule = "no feature of the inputs varies from sample to sample",
          .sentence =
              "No feature of the inputs varies: all samples are the same to the network, and nothing but the "
              "targets' mean can be learned. Look at how inputs are prepared (a division by too large a number, "
              "a conversion to whole numbers, a mean taken along the wrong axis).",
          .by_hand = true,
          .fatal = true};
}

std::optional<Finding> examine(const Chart& chart) {
  if (are_constant(chart)) return constant();
  const double mean = chart.fact("input_mean_largest");
  const double most = chart.fact("input_deviation_largest");
  const double least = chart.fact("input_deviation_least");
  const double confidence = strength(chart);
  if (confidence < kWorthALook) return of_held_out(chart);
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

std::vector<std::vector<Change>> without(const Chart& chart) {
  if (are_constant(chart)) return {};
  return alone(strength(chart) < kWorthALook ? kHeldOutKey : "data.standardize", "true");
}

}  // namespace

Pathology unnormalized_input() {
  return {.id = "unnormalized-input",
          .summary = "input features far from mean 0 and deviation 1",
          .mechanism =
              "The loss's curvature along a first-layer weight grows with the square of its input. Large or unequal "
              "inputs make some directions steep and others flat, so that no learning rate suits both.",
          .reference = "LeCun et al. 1998, Efficient BackProp, section 4.3",
          .needs = {"data.input_mean_largest"},
          .fixes = {"standardize-inputs", "batch-norm", "lower-learning-rate"},
          .look_alikes = {"learning-rate-too-high", "bad-init-scale"},
          .leads_to = {"learning-rate-too-high", "saturated-activation", "dead-relu", "exploding-gradient",
                       "divergence", "non-finite", "loss-plateau", "vanishing-gradient", "update-ratio",
                       "rank-collapse", "undertrained", "overfitting", "unlearnable-labels", "shifted-inputs"},
          .stage = Stage::data,
          .examine = examine,
          .without = without};
}

}  // namespace gradclinic::pathologies
