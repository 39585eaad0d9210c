#include "gradclinic/instruments/gauge.h"

namespace gradclinic::gauges {
namespace {

float read(const TensorStatistics& statistics) { return static_cast<float>(statistics.l2); }

}  // namespace

Gauge l2() {
  return {.id = "l2",
          .summary = "Euclidean norm of all entries",
          .unit = "of the tensor",
          .cost = "one pass over each tensor, shared by all gauges of tensors",
          .reference = "sqrt(sum x^2)",
          .of_tensor = read};
}

}  // namespace gradclinic::gauges
