#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gradclinic/diagnosis/rules.h"

namespace gradclinic::pathologies {
namespace {

std::optional<Finding> examine(const Chart& chart) {
  const TrainSpec& train = chart.spec().train;
  if (train.clip_norm <= 0 && train.clip_value <= 0) return std::nullopt;
  const std::vector<float> clipped = chart.series("clipped");
  const double share =
      static_cast<double>(std::ranges::count(clipped, 1.0F)) / std::max(1.0, static_cast<double>(clipped.size()));
  const double kept = chart.median("clipped_gradient_norm", 0, kWhole) / chart.median("gradient_norm", 0, kWhole);
  if (share < 0.3) return std::nullopt;
  return Finding{
      .confidence = ramp(share, 0.3, 0.8) * (0.4 + 0.5 * log_ramp(kept, 0.5, 0.02)),
      .onset_step = std::max<std::int64_t>(0, chart.onset("clipped", 0, [](float value) { return value == 1; })),
      .evidence = {{"share of steps that were clipped", share, "below 0.5"},
                   {"what clipping leaves of the typical gradient", kept, "0.5 or more"}},
      .rule = fmt::format("{:.0f} % of steps clipped, to {:.2g} of the gradient", 100 * share, kept),
      .sentence = "Clipping cuts nearly every gradient to a small part of itself, so that steps are far too short."};
}

std::vector<std::vector<Change>> without(const Chart&) {
  return {{{"train.clip_norm", "0.0"}, {"train.clip_value", "0.0"}}};
}

}  // namespace

Pathology over_clipping() {
  return {
      .id = "over-clipping",
      .summary = "gradient clipping that acts at nearly every step",
      .mechanism =
          "Clipping is meant for rare outliers. A threshold below the usual norm turns it into a learning rate "
          "many times smaller than the one set.",
      .reference = "Pascanu et al. 2013; Godbole et al. 2023, Deep Learning Tuning Playbook (more than half the steps)",
      .needs = {"clipped", "gradient_norm", "clipped_gradient_norm"},
      .fixes = {"undo-clipping", "clip-norm", "higher-learning-rate"},
      .look_alikes = {"learning-rate-too-low", "exploding-gradient"},
      .leads_to = {"learning-rate-too-low", "update-ratio", "loss-plateau", "undertrained"},
      .stage = Stage::regularization,
      .examine = examine,
      .without = without};
}

}  // namespace gradclinic::pathologies
