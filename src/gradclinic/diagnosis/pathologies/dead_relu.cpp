#include <fmt/format.h>

#include <algorithm>

#include "gradclinic/diagnosis/outside_changes.h"
#include "gradclinic/diagnosis/rules.h"

namespace gradclinic::pathologies {
namespace {

constexpr double kMany = 0.3;
/// Where all samples look alike a unit is on for all of them or for none, and half are silent without being dead.
constexpr double kAlike = 0.98;
constexpr double kManyAlike = 0.75;

Finding of_output(const Chart& chart) {
  const int last = chart.depth();
  return {.confidence = 0.95,
          .onset_step = std::max<std::int64_t>(
              0, chart.onset("pre_activation.max", last, [](float largest) { return largest < 0; })),
          .layers = {last},
          .evidence = {{"largest pre-activation of the last layer, at the end",
                        chart.largest("pre_activation.max", last, kEnd), "above 0"},
                       {"its weights' gradient", chart.largest("weight_grad.l2", last, kEnd), "above 0"}},
          .rule = "the last layer is below 0 on every sample, and no gradient comes back to it",
          .sentence =
              "The output has passed a ReLU that puts out 0 whatever the input: no gradient passes through it, "
              "and nothing is learned. Leave it out, or start the last bias above 0."};
}

std::optional<Finding> examine(const Chart& chart) {
  if (output_is_dead(chart)) return of_output(chart);
  const LayerValue end = worst_layer(chart, "dead", true);
  const LayerValue start = worst_layer(chart, "dead", false);
  const bool alike = chart.surveyed_last("alike", end.layer) > kAlike;
  if (end.value < (alike ? kManyAlike : kMany)) return std::nullopt;
  std::vector<int> layers;
  for (int layer = 1; layer <= chart.hidden(); ++layer)
    if (chart.surveyed_last("dead", layer) >= kMany) layers.push_back(layer);
  return Finding{
      .confidence = 0.35 + 0.5 * ramp(end.value, kMany, 0.95),
      .onset_step =
          std::max<std::int64_t>(0, chart.onset("survey.dead", end.layer, [](float share) { return share >= kMany; })),
      .layers = layers,
      .evidence = {{fmt::format("share of units of layer {} that are 0 on all of the survey's samples, at the end",
                                end.layer),
                    end.value, fmt::format("below {}", kMany)},
                   {"the same before training, of the worst layer", start.value, ""}},
      .rule = fmt::format("{:.0f} % of layer {}'s units are silent on every sample", 100 * end.value, end.layer),
      .sentence =
          "Many ReLU units put out 0 whatever the input: no gradient passes through them, so they cannot recover."};
}

std::vector<std::vector<Change>> without(const Chart& chart) {
  if (output_is_dead(chart)) return alone(kOutputKey, "linear");
  std::vector<std::vector<Change>> changes = alone("model.activation", "leaky_relu");
  if (chart.spec().model.bias_init < 0) changes.push_back({{"model.bias_init", "0.0"}});
  return changes;
}

}  // namespace

Pathology dead_relu() {
  return {.id = "dead-relu",
          .summary = "ReLU units that are 0 on all inputs",
          .mechanism =
              "A ReLU whose input is below 0 for every sample has output 0 and slope 0. Nothing moves its weights "
              "any more; a strongly negative bias or one far too large step is enough.",
          .reference = "Maas et al. 2013; Lu et al. 2019, Dying ReLU and Initialization",
          .needs = {"survey.dead"},
          .fixes = {"leaky-relu", "reinitialize-dead", "lower-learning-rate", "he-init", "batch-norm", "elu"},
          .look_alikes = {"sparse-relu"},
          .leads_to = {"rank-collapse", "vanishing-gradient", "loss-plateau", "disconnected-parameter"},
          .stage = Stage::signal,
          .examine = examine,
          .without = without};
}

}  // namespace gradclinic::pathologies
