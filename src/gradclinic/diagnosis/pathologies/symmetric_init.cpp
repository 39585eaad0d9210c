#include <cmath>

#include "gradclinic/diagnosis/reference_recipes.h"
#include "gradclinic/diagnosis/rules.h"

namespace gradclinic::pathologies {
namespace {

/// Hidden layers whose units all do the same before training: weights that do not differ, and one direction. Of images
/// the directions are those of places as well, so that there the weights alone tell; but weights of 0 may be meant.
std::vector<int> symmetric_layers(const Chart& chart) {
  std::vector<int> layers;
  for (int layer = 1; layer <= chart.hidden(); ++layer) {
    const double deviation = chart.surveyed_first("weight_deviation", layer);
    const double mean = std::abs(chart.surveyed_first("weight_mean", layer));
    const bool one_direction = chart.surveyed_first("dimensions", layer) < 1.001;
    const bool of_images = chart.spec().model.kind == "outside" && mean > 0;
    if ((one_direction || of_images) && deviation <= 1e-3 * mean) layers.push_back(layer);
  }
  return layers;
}

std::optional<Finding> examine(const Chart& chart) {
  const std::vector<int> layers = symmetric_layers(chart);
  if (chart.spec().model.width < 2 || layers.empty()) return std::nullopt;
  const int first = layers.front();
  return Finding{
      .confidence = 0.97,
      .onset_step = 0,
      .layers = layers,
      .evidence = {{"directions that layer " + std::to_string(first) + " spreads over before training",
                    chart.surveyed_first("dimensions", first), "1.001 or more"},
                   {"standard deviation of its weights", chart.surveyed_first("weight_deviation", first), "above 0"}},
      .rule = "before training the weights of a layer do not differ, so that its units all do the same",
      .sentence =
          "All units of a layer start with the same weights, so they get the same gradients and stay copies of "
          "one another."};
}

std::vector<std::vector<Change>> without(const Chart& chart) { return drawn_anew(chart.spec().model); }

}  // namespace

Pathology symmetric_init() {
  return {.id = "symmetric-init",
          .summary = "all units of a layer start alike",
          .mechanism =
              "Units with equal weights compute the same output and receive the same gradient, so no number of "
              "steps makes them differ: the layer is as wide as one unit.",
          .reference = "Goodfellow et al. 2016, Deep Learning, section 8.4",
          .needs = {"survey.dimensions", "survey.weight_deviation"},
          .fixes = {"he-init", "xavier-init", "orthogonal-init"},
          .look_alikes = {"rank-collapse", "dead-relu"},
          .leads_to = {"rank-collapse", "disconnected-parameter", "loss-plateau", "dead-relu"},
          .stage = Stage::model,
          .examine = examine,
          .without = without};
}

}  // namespace gradclinic::pathologies
