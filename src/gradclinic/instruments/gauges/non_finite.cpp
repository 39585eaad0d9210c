#include "gradclinic/instruments/gauge.h"

namespace gradclinic::gauges {
namespace {

float read(const TensorStatistics& statistics) {
  return static_cast<float>(statistics.nan_count + statistics.inf_count);
}

}  // namespace

Gauge non_finite() {
  return {.id = "non_finite",
          .summary = "number of entries that are NaN or Inf; the other gauges leave them out",
          .unit = "count",
          .cost = "one pass over each tensor, shared by all gauges of tensors",
          .reference = "IEEE 754",
          .of_tensor = read};
}

}  // namespace gradclinic::gauges
