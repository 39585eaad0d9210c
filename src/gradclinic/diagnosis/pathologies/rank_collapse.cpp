#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gradclinic/diagnosis/reference_recipes.h"
#include "gradclinic/diagnosis/rules.h"

namespace gradclinic::pathologies {
namespace {

constexpr double kLeft = 0.3;  // a loss, beside which a bottleneck is to blame

/// The first layer that sees one unit alone and has several itself, or by what was seen of a network from outside; 0
/// where there is none.
int behind_bottleneck(const Chart& chart) {
  for (int layer = 2; layer <= chart.depth() && chart.spec().model.kind == "mlp"; ++layer)
    if (fan_in(chart, layer) == 1 && fan_out(chart, layer) > 1) return layer;
  const double seen = chart.fact("bottleneck");
  return seen >= 1 && seen <= chart.depth() ? static_cast<int>(seen) : 0;
}

/// Of a loss that is understood.
bool learns_less(const Chart& chart) {
  const Course& course = chart.course();
  return !course.empty() && !course.of_first && course.last().loss > kLeft;
}

/// Of a loss that is not understood: what a constant prediction comes to is not known, but that it is one.
bool tells_nothing_apart(const Chart& chart) {
  return chart.fact("output_constant") == 1 && !chart.course().empty() && chart.course().of_first;
}

Finding same_for_all() {
  return {.confidence = 0.6,
          .onset_step = 0,
          .evidence = {{"largest difference between the outputs of two samples, in evaluation mode", 0, "above 0"}},
          .rule = "all samples have the same output",
          .sentence =
              "The trained network gives every sample the same output: it has collapsed, and tells nothing "
              "apart. A loss may be low nevertheless, where it compares outputs with each other.",
          .fatal = true};
}

std::optional<Finding> examine(const Chart& chart) {
  if (const int layer = behind_bottleneck(chart))
    return Finding{.confidence = 0.8,
                   .onset_step = 0,
                   .layers = {layer},
                   .evidence = {{fmt::format("units that layer {} sees", layer), 1, "more than one"}},
                   .rule = fmt::format("layer {} sees one unit alone", layer),
                   .sentence =
                       "All that later layers learn of a sample has to pass through a single unit or channel. "
                       "Give the layer before it more.",
                   .by_hand = true,
                   .fatal = learns_less(chart)};
  if (tells_nothing_apart(chart)) return same_for_all();
  if (chart.hidden() < 2 || chart.spec().model.width < 2) return std::nullopt;
  const int last = chart.hidden();
  const double alike = std::max(chart.surveyed_first("alike", last), chart.surveyed_last("alike", last));
  const double first_layer = chart.surveyed_first("dimensions", 1);
  const double dimensions = std::min(chart.surveyed_first("dimensions", last), chart.surveyed_last("dimensions", last));
  const double kept = dimensions / std::max(1.0, first_layer);
  const double spread = 1 - alike;
  const double confidence =
      std::max(0.6 * log_ramp(spread, 1e-2, 1e-5), dimensions < 1.5 ? 0.5 * ramp(kept, 0.5, 0.15) : 0.0);
  if (confidence < 0.15) return std::nullopt;
  return Finding{
      .confidence = confidence,
      .onset_step = 0,
      .layers = {last},
      .evidence = {{fmt::format("how alike two samples look in layer {} (1: the same)", last), alike, "below 0.99"},
                   {fmt::format("directions that layer {} spreads over", last), dimensions, ""},
                   {"directions of layer 1", first_layer, ""}},
      .rule = fmt::format("layer {} spreads over {:.3g} directions, layer 1 over {:.3g}; likeness {:.5f}", last,
                          dimensions, first_layer, alike),
      .sentence =
          "Deep in the network all inputs look the same, so that the last layers have nothing to tell them apart by."};
}

std::vector<std::vector<Change>> without(const Chart& chart) {
  if (behind_bottleneck(chart) > 0) return {};
  return gentler_architectures(chart.spec().model);
}

}  // namespace

Pathology rank_collapse() {
  return {.id = "rank-collapse",
          .summary = "activations of deep layers spread over hardly any directions",
          .mechanism =
              "Layer by layer the angle between two inputs shrinks; after enough layers they coincide to within "
              "rounding, and what tells them apart is lost before the output.",
          .reference = "Schoenholz et al. 2017, Deep Information Propagation; Daneshmand et al. 2020",
          .needs = {"survey.dimensions", "survey.alike"},
          .fixes = {"batch-norm", "residual", "orthogonal-init", "leaky-relu"},
          .look_alikes = {"symmetric-init", "converged"},
          .leads_to = {"loss-plateau"},
          .stage = Stage::signal,
          .examine = examine,
          .without = without};
}

}  // namespace gradclinic::pathologies
