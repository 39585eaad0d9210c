#include "gradclinic/instruments/gauge.h"

namespace gradclinic::gauges {
namespace {

float read(const StepSummary& summary) { return static_cast<float>(summary.accuracy); }

}  // namespace

Gauge accuracy() {
  return {.id = "accuracy",
          .summary = "share of the batch whose class is right; NaN for regression",
          .unit = "share",
          .cost = "none",
          .reference = "#{right} / n",
          .of_step = read};
}

}  // namespace gradclinic::gauges
