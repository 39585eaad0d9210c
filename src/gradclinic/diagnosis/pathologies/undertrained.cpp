#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gradclinic/diagnosis/reference_recipes.h"
#include "gradclinic/diagnosis/rules.h"

namespace gradclinic::pathologies {
namespace {

constexpr std::int64_t kLonger = 5;
/// A loop of the user's takes each training as long as the first; one that has hardly begun is short.
constexpr std::int64_t kLongerOutside = 3;
constexpr std::int64_t kMostOutside = 20;
constexpr std::int64_t kFewUpdates = 150;
constexpr double kSettled = 0.02;  // a fall over the last third

std::optional<Finding> examine(const Chart& chart) {
  const std::vector<Point>& points = chart.course().training;
  if (points.size() < 2 || chart.course().diverged) return std::nullopt;
  const double before = points[std::min(points.size() * 2 / 3, points.size() - 2)].loss;
  const double last = points.back().loss;
  const double fall = (before - last) / std::max(before, 1e-12);
  const auto steps = static_cast<double>(chart.record().outcome.steps);
  const bool still_falls = fall >= kSettled;
  if (!still_falls && steps >= kFewUpdates) return std::nullopt;
  const double ratio = typical_update_ratio(chart, kWhole);
  const double confidence =
      0.2 + 0.25 * ramp(fall, kSettled, 0.15) + 0.15 * log_ramp(ratio, 1e-4, 2e-3) + 0.3 * log_ramp(steps, 300, 20);
  return Finding{
      .confidence = confidence,
      .onset_step = chart.record().outcome.steps,
      .evidence = {{"fall of the loss over the last third of the steps", fall, "below 0.02 once it has converged"},
                   {"steps done", steps, ""},
                   {"update over weights, the median layer's", ratio, "about 1e-3"}},
      .rule = still_falls ? fmt::format("the loss still falls by {:.1f} % over the last third of {:.0f} steps",
                                        100 * fall, steps)
                          : fmt::format("{:.0f} steps in all", steps),
      .sentence = still_falls ? "Training ends while the loss is still falling."
                              : "Training ends after too few updates to tell what it would come to."};
}

std::vector<std::vector<Change>> without(const Chart& chart) {
  const std::int64_t steps = std::max<std::int64_t>(planned_steps(chart), 1);
  const std::int64_t longer =
      chart.spec().model.kind == "outside" ? std::clamp(kFewUpdates / steps, kLongerOutside, kMostOutside) : kLonger;
  return {{{"train.epochs", "0"}, {"train.steps", std::to_string(longer * steps)}}};
}

}  // namespace

Pathology undertrained() {
  return {.id = "undertrained",
          .summary = "training ends before the loss has settled",
          .mechanism = "The rate suits and the loss falls, but there are too few steps to get to its floor.",
          .reference = "Bengio 2012, Practical recommendations for gradient-based training of deep architectures",
          .needs = {"survey.loss", "update_ratio"},
          .fixes = {"longer-training", "higher-learning-rate", "adam"},
          .look_alikes = {"learning-rate-too-low", "converged"},
          .leads_to = {},
          .stage = Stage::optimization,
          .examine = examine,
          .without = without};
}

}  // namespace gradclinic::pathologies
