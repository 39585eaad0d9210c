#include "gradclinic/instruments/effective_rank.h"

#include "gradclinic/instruments/gauge.h"

namespace gradclinic::gauges {
namespace {

Probe start(const Training& training) {
  Probe probe{.columns = effective_rank_columns(training.network.depth())};
  probe.see = [](Quantity quantity, int layer, View<const float> tensor, float* values) {
    if (quantity != Quantity::activation) return;
    values[layer - 1] = static_cast<float>(gradclinic::effective_rank(tensor));
  };
  return probe;
}

}  // namespace

Gauge effective_rank() {
  return {.id = "effective_rank",
          .summary = "number of directions that a layer's activations spread over, from 1 to its width",
          .unit = "directions",
          .cost = "an eigenvalue decomposition of a width x width matrix per layer",
          .reference =
              "exp of the entropy of the normalized singular values; Roy and Vetterli 2007, The effective "
              "rank: a measure of effective dimensionality",
          .table = "rank",
          .start_probe = start};
}

}  // namespace gradclinic::gauges
