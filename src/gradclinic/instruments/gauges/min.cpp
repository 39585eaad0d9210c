#include "gradclinic/instruments/gauge.h"

namespace gradclinic::gauges {
namespace {

float read(const TensorStatistics& statistics) { return statistics.min; }

}  // namespace

Gauge min() {
  return {.id = "min",
          .summary = "smallest entry",
          .unit = "of the tensor",
          .cost = "one pass over each tensor, shared by all gauges of tensors",
          .reference = "min x",
          .of_tensor = read};
}

}  // namespace gradclinic::gauges
