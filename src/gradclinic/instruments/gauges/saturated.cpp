#include "gradclinic/instruments/gauge.h"

namespace gradclinic::gauges {
namespace {

float read(const TensorStatistics& statistics) { return static_cast<float>(statistics.saturated); }

}  // namespace

Gauge saturated() {
  return {.id = "saturated",
          .summary = "share of outputs where the activation function's slope is below 5 % of its largest",
          .unit = "share",
          .cost = "one pass over each tensor, shared by all gauges of tensors",
          .reference = "Glorot and Bengio 2010, section 3; limits in net/activations",
          .of_tensor = read,
          .quantities = {Quantity::activation}};
}

}  // namespace gradclinic::gauges
