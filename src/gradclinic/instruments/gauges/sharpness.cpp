#include <memory>

#include "gradclinic/instruments/batch_hessian.h"
#include "gradclinic/instruments/gauge.h"
#include "gradclinic/instruments/sharpness_search.h"

namespace gradclinic::gauges {
namespace {

struct Search {
  explicit Search(const Training& training) : hessian(training), search(hessian.size(), training.spec.seed) {}

  EigenPair find(const ProbeInput& input) {
    hessian.set(input.training, input.summary.inputs, input.summary.targets);
    return search.find([this](std::span<const double> from, std::span<double> to) { hessian.multiply(from, to); });
  }

  BatchHessian hessian;
  SharpnessSearch search;
};

Probe start(const Training& training) {
  Probe probe;
  probe.columns = sharpness_columns();
  probe.measure = [search = std::make_shared<Search>(training)](const ProbeInput& input, float* values) {
    const EigenPair pair = search->find(input);
    values[0] = static_cast<float>(pair.value);
    values[1] = static_cast<float>(pair.residual);
  };
  return probe;
}

}  // namespace

Gauge sharpness() {
  return {.id = "sharpness",
          .summary =
              "largest eigenvalue of the Hessian of the batch's loss, by sign; residual: an eigenvalue lies "
              "within it. Gradient descent is stable below 2 / lr",
          .unit = "loss",
          .cost = "two gradients in double per iteration, up to 100 iterations, fewer once warm",
          .reference =
              "Cohen et al. 2021, Gradient Descent on Neural Networks Typically Occurs at the Edge of "
              "Stability; instruments/largest_eigenvalue.h",
          .table = "sharpness",
          .start_probe = start};
}

}  // namespace gradclinic::gauges
