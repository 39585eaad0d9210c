#include "gradclinic/instruments/gauge.h"

namespace gradclinic::gauges {
namespace {

float read(const StepSummary& summary) { return static_cast<float>(summary.lr); }

}  // namespace

Gauge lr() {
  return {.id = "lr",
          .summary = "learning rate after warm-up and schedule",
          .unit = "1",
          .cost = "none",
          .reference = "the spec's [train]",
          .of_step = read};
}

}  // namespace gradclinic::gauges
