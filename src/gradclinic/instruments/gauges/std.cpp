#include "gradclinic/instruments/gauge.h"

namespace gradclinic::gauges {
namespace {

float read(const TensorStatistics& statistics) { return static_cast<float>(statistics.deviation); }

}  // namespace

Gauge std() {
  return {.id = "std",
          .summary = "population standard deviation of all entries",
          .unit = "of the tensor",
          .cost = "one pass over each tensor, shared by all gauges of tensors",
          .reference = "sqrt(sum (x - mean)^2 / n)",
          .of_tensor = read};
}

}  // namespace gradclinic::gauges
