#include "gradclinic/instruments/gauge.h"

namespace gradclinic::gauges {
namespace {

float read(const TensorStatistics& statistics) { return static_cast<float>(statistics.zeros); }

}  // namespace

Gauge zeros() {
  return {.id = "zeros",
          .summary = "share of entries that are exactly 0",
          .unit = "share",
          .cost = "one pass over each tensor, shared by all gauges of tensors",
          .reference = "#{x = 0} / n",
          .of_tensor = read};
}

}  // namespace gradclinic::gauges
