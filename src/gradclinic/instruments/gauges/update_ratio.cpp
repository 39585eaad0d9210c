#include "gradclinic/instruments/gauge.h"

namespace gradclinic::gauges {
namespace {

float read(const TensorStatistics& update, const TensorStatistics& weight) {
  return static_cast<float>(update.l2 / weight.l2);
}

}  // namespace

Gauge update_ratio() {
  return {.id = "update_ratio",
          .summary = "norm of a layer's update over the norm of its weights, about 1e-3 in healthy training",
          .unit = "1",
          .cost = "one pass over each tensor, shared by all gauges of tensors",
          .reference = "|w(t+1) - w(t)| / |w|; Karpathy, CS231n notes on babysitting the learning process",
          .of_update = read};
}

}  // namespace gradclinic::gauges
