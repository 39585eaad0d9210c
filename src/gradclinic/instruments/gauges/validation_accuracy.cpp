#include "gradclinic/instruments/gauge.h"

namespace gradclinic::gauges {
namespace {

float read(double, double accuracy) { return static_cast<float>(accuracy); }

}  // namespace

Gauge validation_accuracy() {
  return {.id = "validation_accuracy",
          .summary = "share of the samples held out whose class is right; NaN for regression",
          .unit = "share",
          .cost = "a forward pass over the samples held out",
          .reference = "#{right} / n",
          .table = "validation",
          .of_validation = read};
}

}  // namespace gradclinic::gauges
