#include <cmath>

#include "gradclinic/instruments/gauge.h"

namespace gradclinic::gauges {
namespace {

float read(const StepSummary& summary) {
  const bool same = summary.clipped_gradient_norm == summary.gradient_norm;
  return same || std::isnan(summary.gradient_norm) ? 0.0F : 1.0F;
}

}  // namespace

Gauge clipped() {
  return {.id = "clipped",
          .summary = "1 in a step in which clipping changed the gradient, else 0",
          .unit = "1",
          .cost = "none",
          .reference = "Pascanu et al. 2013, On the difficulty of training recurrent neural networks",
          .of_step = read};
}

}  // namespace gradclinic::gauges
