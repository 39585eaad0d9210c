#include "gradclinic/instruments/gauge.h"

namespace gradclinic::gauges {
namespace {

float read(const StepSummary& summary) { return static_cast<float>(summary.loss); }

}  // namespace

Gauge loss() {
  return {.id = "loss",
          .summary = "mean loss over the batch, before the update",
          .unit = "loss",
          .cost = "none",
          .reference = "definition of the loss in net/losses",
          .of_step = read};
}

}  // namespace gradclinic::gauges
