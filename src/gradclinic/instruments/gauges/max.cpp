#include "gradclinic/instruments/gauge.h"

namespace gradclinic::gauges {
namespace {

float read(const TensorStatistics& statistics) { return statistics.max; }

}  // namespace

Gauge max() {
  return {.id = "max",
          .summary = "largest entry",
          .unit = "of the tensor",
          .cost = "one pass over each tensor, shared by all gauges of tensors",
          .reference = "max x",
          .of_tensor = read};
}

}  // namespace gradclinic::gauges
