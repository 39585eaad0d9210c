#include "gradclinic/instruments/gauge.h"

namespace gradclinic::gauges {
namespace {

float read(const StepSummary& summary) { return static_cast<float>(summary.clipped_gradient_norm); }

}  // namespace

Gauge clipped_gradient_norm() {
  return {.id = "clipped_gradient_norm",
          .summary = "Euclidean norm of the gradient over all parameters, after clipping",
          .unit = "loss",
          .cost = "one pass over the gradient",
          .reference = "Pascanu et al. 2013, On the difficulty of training recurrent neural networks",
          .of_step = read};
}

}  // namespace gradclinic::gauges
