#include "gradclinic/instruments/gauge.h"

namespace gradclinic::gauges {
namespace {

float read(const TensorStatistics& statistics) { return static_cast<float>(statistics.mean); }

}  // namespace

Gauge mean() {
  return {.id = "mean",
          .summary = "mean of all entries",
          .unit = "of the tensor",
          .cost = "one pass over each tensor, shared by all gauges of tensors",
          .reference = "sum x / n",
          .of_tensor = read};
}

}  // namespace gradclinic::gauges
