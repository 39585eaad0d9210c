#include "gradclinic/instruments/gauge.h"

namespace gradclinic::gauges {
namespace {

float read(double loss, double) { return static_cast<float>(loss); }

}  // namespace

Gauge validation_loss() {
  return {.id = "validation_loss",
          .summary = "mean loss over the samples held out, in evaluation mode",
          .unit = "loss",
          .cost = "a forward pass over the samples held out",
          .reference = "definition of the loss in net/losses",
          .table = "validation",
          .of_validation = read};
}

}  // namespace gradclinic::gauges
