#include <fmt/format.h>

#include "gradclinic/diagnosis/rules.h"
#include "gradclinic/net/activation.h"

namespace gradclinic::pathologies {
namespace {

std::optional<Finding> examine(const Chart& chart) {
  if (!find_activation(chart.spec().model.activation).can_die) return std::nullopt;
  LayerValue sparsest;
  for (int layer = 1; layer <= chart.hidden(); ++layer) {
    const double zeros = chart.median("activation.zeros", layer, kEnd);
    if (zeros > sparsest.value) sparsest = {layer, zeros};
  }
  if (sparsest.value < 0.6 || worst_layer(chart, "dead", true).value > 0.25) return std::nullopt;
  return Finding{
      .confidence = 0.7,
      .onset_step = 0,
      .layers = {sparsest.layer},
      .evidence = {{fmt::format("share of zeros among layer {}'s activations", sparsest.layer), sparsest.value, ""},
                   {"share of dead units in the worst layer", worst_layer(chart, "dead", true).value, "below 0.25"}},
      .rule = fmt::format("{:.0f} % zeros, but units respond to some samples", 100 * sparsest.value),
      .sentence =
          "Most activations are 0 at any time, but nearly every unit responds to some inputs: sparse, not dead."};
}

}  // namespace

Pathology sparse_relu() {
  return {.id = "sparse-relu",
          .summary = "many zeros, but units that respond to some inputs",
          .mechanism =
              "A ReLU unit that picks out a few inputs is silent on all others. It gets its gradient from the few.",
          .reference = "Glorot, Bordes & Bengio 2011, Deep Sparse Rectifier Neural Networks",
          .needs = {"activation.zeros", "survey.dead"},
          .look_alikes = {"dead-relu"},
          .stage = Stage::benign,
          .examine = examine};
}

}  // namespace gradclinic::pathologies
