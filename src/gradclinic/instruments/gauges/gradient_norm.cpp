#include "gradclinic/instruments/gauge.h"

namespace gradclinic::gauges {
namespace {

float read(const StepSummary& summary) { return static_cast<float>(summary.gradient_norm); }

}  // namespace

Gauge gradient_norm() {
  return {.id = "gradient_norm",
          .summary = "Euclidean norm of the gradient over all parameters, before clipping",
          .unit = "loss",
          .cost = "one pass over the gradient",
          .reference = "Pascanu et al. 2013, On the difficulty of training recurrent neural networks",
          .of_step = read};
}

}  // namespace gradclinic::gauges
