#include "gradclinic/instruments/gauge.h"

namespace gradclinic::gauges {
namespace {

float read(const TensorStatistics& statistics) { return static_cast<float>(statistics.saturated_units); }

}  // namespace

Gauge saturated_units() {
  return {.id = "saturated_units",
          .summary = "share of units that are saturated on at least 95 % of the batch",
          .unit = "share",
          .cost = "one pass over each tensor, shared by all gauges of tensors",
          .reference = "Glorot and Bengio 2010, section 3; limits in net/activations",
          .of_tensor = read,
          .quantities = {Quantity::activation}};
}

}  // namespace gradclinic::gauges
