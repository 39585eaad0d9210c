#include <fmt/format.h>

#include <algorithm>

#include "gradclinic/diagnosis/reference_recipes.h"
#include "gradclinic/diagnosis/rules.h"

namespace gradclinic::pathologies {
namespace {

constexpr double kMany = 0.3;

/// Of a constant prediction's: a loss that there is still something to learn from.
constexpr double kUnlearned = 0.1;

/// Whether gradients came at first, and exactly 0 ever after, in a network from outside whose output is alive.
bool went_out(const Chart& chart) {
  return chart.spec().model.kind == "outside" && chart.largest("gradient_norm", 0, kWhole) > 0 &&
         chart.largest("gradient_norm", 0, kEnd) == 0 && !chart.course().empty() &&
         chart.course().last().loss > kUnlearned && !output_is_dead(chart);
}

Finding of_no_slope(const Chart& chart) {
  return {.confidence = 0.6,
          .onset_step = chart.onset("gradient_norm", 0, [](float norm) { return norm == 0; }),
          .evidence = {{"largest norm of the gradient in the last fifth of the steps", 0, "above 0"},
                       {"largest norm of the gradient over all steps", chart.largest("gradient_norm", 0, kWhole), ""}},
          .rule = "the gradient is exactly 0 from some step on",
          .sentence =
              "Gradients end early on and stay exactly 0, though the loss is far from it: a step has driven a function "
              "to where it has no slope (a softmax or sigmoid of large numbers, units that are 0 for all samples). "
              "Lower the rate or what comes before, warm up, or clip.",
          .by_hand = true,
          .fatal = true};
}

std::optional<Finding> examine(const Chart& chart) {
  if (went_out(chart)) return of_no_slope(chart);
  const std::string activation = activation_of(chart.spec().model);
  if (activation != "tanh" && activation != "sigmoid") return std::nullopt;  // flat on both sides
  const LayerValue start = worst_layer(chart, "saturated", false);
  const LayerValue end = worst_layer(chart, "saturated", true);
  const LayerValue worst = start.value > end.value ? start : end;
  if (worst.value < kMany) return std::nullopt;
  // Units that saturate only while training goes on follow from something else.
  const double confidence =
      start.value < kMany ? 0.3 + 0.25 * ramp(worst.value, kMany, 0.9) : 0.35 + 0.45 * ramp(worst.value, kMany, 0.9);
  return Finding{
      .confidence = confidence,
      .onset_step = std::max<std::int64_t>(
          0, chart.onset("survey.saturated", worst.layer, [](float share) { return share >= kMany; })),
      .layers = {worst.layer},
      .evidence = {{fmt::format("share of units of layer {} that are saturated on 95 % of the samples", worst.layer),
                    worst.value, fmt::format("below {}", kMany)},
                   {"the same before training, of the worst layer", start.value, ""}},
      .rule = fmt::format("{:.0f} % of layer {}'s units are saturated", 100 * worst.value, worst.layer),
      .sentence = "Many units sit where " + activation + " is flat: hardly any gradient passes through them."};
}

std::vector<std::vector<Change>> without(const Chart& chart) {
  if (went_out(chart)) return {};
  const ModelSpec& model = chart.spec().model;
  if (model.kind == "rnn") return {{{"model.init", fitting_initializer(model)}, {"model.init_gain", "1.0"}}};
  std::vector<std::vector<Change>> changes;
  if (model.norm == "none") changes.push_back({{"model.norm", fitting_norm(model)}});
  changes.push_back({{"model.activation", "relu"}});
  return changes;
}

}  // namespace

Pathology saturated_activation() {
  return {.id = "saturated-activation",
          .summary = "tanh or sigmoid units stuck where the function is flat",
          .mechanism =
              "Far from 0 the slope of tanh and sigmoid is near 0, and a gradient is multiplied by it. Inputs or "
              "weights that are too large push units there.",
          .reference = "Glorot & Bengio 2010; LeCun et al. 1998, Efficient BackProp",
          .needs = {"survey.saturated"},
          .fixes = {"standardize-inputs", "xavier-init", "batch-norm", "lower-learning-rate"},
          .look_alikes = {"converged"},
          .leads_to = {"vanishing-gradient", "loss-plateau"},
          .stage = Stage::signal,
          .examine = examine,
          .without = without};
}

}  // namespace gradclinic::pathologies
