#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gradclinic/diagnosis/outside_changes.h"
#include "gradclinic/diagnosis/rules.h"

namespace gradclinic::pathologies {
namespace {

/// Share of the fall from the first survey to the last that comes in the last third.
double late_share(const Chart& chart) {
  const std::vector<Point>& points = chart.course().training;
  const double fall = points.front().loss - points.back().loss;
  return fall > 0 ? (points[points.size() * 2 / 3].loss - points.back().loss) / fall : 0;
}

/// Of the layer that moves most: where only early layers stand still, it is not the rate.
double largest_update_ratio(const Chart& chart) {
  double most = std::nan("");
  for (int layer = 1; layer <= chart.depth(); ++layer)
    most = std::fmax(most, chart.median("update_ratio", layer, kWhole));
  return most;
}

bool stands_still(const Chart& chart) {
  return chart.spec().model.kind == "outside" && chart.largest("lr", 0, kWhole) == 0;
}

Finding of_no_rate() {
  return {.confidence = 0.95,
          .onset_step = 0,
          .evidence = {{"largest learning rate over all steps", 0, "above 0"}},
          .rule = "the learning rate is 0 at every step",
          .sentence =
              "The learning rate is 0 at every step, so that nothing is learned: look at the rate that the "
              "optimizer was given, and at its schedule.",
          .by_hand = true,
          .fatal = true};
}

/// Share of the updates whose gradients are smaller than the optimizer's epsilon.
constexpr double kOutweighed = 0.5;

bool is_outweighed(const Chart& chart) { return chart.fact("epsilon_outweighs") > kOutweighed; }

Finding of_epsilon(const Chart& chart) {
  const double share = chart.fact("epsilon_outweighs");
  return {.confidence = 0.6,
          .onset_step = 0,
          .evidence = {{"share of the updates whose gradients are smaller than the optimizer's epsilon", share, "0"}},
          .rule = fmt::format("gradients are smaller than epsilon in {:.0f} % of the updates", 100 * share),
          .sentence =
              "The optimizer's epsilon (eps) is larger than gradients are, so that steps shrink with them, as "
              "those of plain descent at a low rate do: leave it at 1e-8.",
          .by_hand = true};
}

std::optional<Finding> examine(const Chart& chart) {
  if (chart.course().empty() || chart.course().diverged) return std::nullopt;
  if (stands_still(chart)) return of_no_rate();
  if (is_outweighed(chart)) return of_epsilon(chart);
  const double ratio = largest_update_ratio(chart);
  const double late = late_share(chart);
  const double confidence = 0.25 + 0.35 * log_ramp(ratio, 1e-3, 1e-5) + 0.15 * ramp(late, 0.1, 0.3);
  return Finding{
      .confidence = confidence,
      .onset_step = 0,
      .evidence = {{"update over weights, of the layer that moves most", ratio, "about 1e-3"},
                   {"share of the loss's fall that comes in the last third of the steps", late,
                    "below 0.1 once it has converged"}},
      .rule = fmt::format("update ratio {:.2g}; {:.0f} % of the fall in the last third", ratio, 100 * late),
      .sentence = "The learning rate is too low: the loss falls smoothly, but so slowly that the steps run out."};
}

/// Rates up to where an update is a tenth of the weights, and a thousand times the rate at least.
std::vector<std::vector<Change>> without(const Chart& chart) {
  if (stands_still(chart)) return {};
  if (is_outweighed(chart)) {
    std::vector<std::vector<Change>> changes = with_rates(chart, {10, 100, 1000});
    changes.push_back({{kEpsilonKey, "1e-8"}});
    return changes;
  }
  const double ratio = largest_update_ratio(chart);
  if (ratio < 1e-6) {
    const double usual = 1e-3 / std::max(ratio, 1e-12);
    return with_rates(chart, {usual / 100, usual / 10, usual, 10 * usual, 100 * usual});
  }
  if (ratio < 1e-5) return with_rates(chart, {3, 10, 100, 1000, 1e4});
  return with_rates(chart, {3, 10, 100, 1000});
}

}  // namespace

Pathology learning_rate_too_low() {
  return {.id = "learning-rate-too-low",
          .summary = "steps so short that training does not get anywhere",
          .mechanism =
              "A step moves the weights by the rate times the gradient. Where that is a tiny part of the weights, "
              "thousands of steps leave the network near where it started.",
          .reference = "Bengio 2012, Practical recommendations for gradient-based training of deep architectures",
          .needs = {"survey.loss", "update_ratio"},
          .fixes = {"higher-learning-rate", "momentum", "adam", "longer-training"},
          .look_alikes = {"undertrained", "vanishing-gradient", "converged", "over-clipping"},
          .leads_to = {"loss-plateau", "update-ratio", "undertrained"},
          .stage = Stage::optimization,
          .examine = examine,
          .without = without};
}

}  // namespace gradclinic::pathologies
