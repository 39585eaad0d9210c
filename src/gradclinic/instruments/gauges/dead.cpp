#include "gradclinic/instruments/gauge.h"

namespace gradclinic::gauges {
namespace {

float read(const TensorStatistics& statistics) { return static_cast<float>(statistics.dead_units); }

}  // namespace

Gauge dead() {
  return {.id = "dead",
          .summary = "share of units that are 0 on the whole batch; 0 where the activation function cannot die",
          .unit = "share",
          .cost = "one pass over each tensor, shared by all gauges of tensors",
          .reference = "Lu et al. 2019, Dying ReLU and Initialization",
          .of_tensor = read,
          .quantities = {Quantity::activation}};
}

}  // namespace gradclinic::gauges
