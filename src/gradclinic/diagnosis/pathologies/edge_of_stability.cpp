#include <fmt/format.h>

#include <algorithm>

#include "gradclinic/diagnosis/rules.h"

namespace gradclinic::pathologies {
namespace {

std::optional<Finding> examine(const Chart& chart) {
  const std::vector<float> losses = chart.series("loss");
  if (losses.size() < 50 || chart.spec().train.batch > 0 || chart.course().diverged) return std::nullopt;
  const std::size_t half = losses.size() / 2;
  double rises = 0;
  for (std::size_t i = half; i + 1 < losses.size(); ++i) rises += losses[i + 1] > losses[i] ? 1 : 0;
  const double share = rises / static_cast<double>(losses.size() - 1 - half);
  const double fall = chart.median("loss", 0, {0.9, 1}) / chart.median("loss", 0, {0.4, 0.5});
  if (!(share > 0.2 && fall < 0.97)) return std::nullopt;
  return Finding{
      .confidence = 0.7,
      .onset_step = chart.step("loss", half),
      .evidence = {{"share of full-batch steps of the second half at which the loss rises", share, ""},
                   {"loss of the last tenth over that before the middle", fall, "below 1"},
                   {"sharpness times rate over 2", chart.median("sharpness", 0, kEnd) * chart.spec().train.lr / 2,
                    "about 1"}},
      .rule = fmt::format("{:.0f} % of steps uphill, yet the loss falls to {:.3g}", 100 * share, fall),
      .sentence =
          "The loss wavers from step to step but keeps falling: the rate is as high as the curvature allows. "
          "This does no harm."};
}

}  // namespace

Pathology edge_of_stability() {
  return {
      .id = "edge-of-stability",
      .summary = "a loss that wavers at the limit of stability and keeps falling",
      .mechanism =
          "Gradient descent lets the curvature grow up to 2 over the rate and stays there; single steps go uphill, "
          "the trend goes down.",
      .reference = "Cohen et al. 2021, Gradient Descent on Neural Networks Typically Occurs at the Edge of Stability",
      .needs = {"loss"},
      .look_alikes = {"learning-rate-too-high"},
      .stage = Stage::benign,
      .examine = examine};
}

}  // namespace gradclinic::pathologies
