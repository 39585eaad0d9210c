#include <cmath>
#include <memory>

#include "gradclinic/instruments/batch_hessian.h"
#include "gradclinic/instruments/gauge.h"
#include "gradclinic/instruments/largest_eigenvalue.h"
#include "gradclinic/tensor/generator.h"

namespace gradclinic::gauges {
namespace {

constexpr double kTolerance = 1e-2;
constexpr int kMostProducts = 100;
constexpr double kDisturbance = 0.1;

/// A run's Hessian with the last eigenvector, which starts the next search.
struct Search {
  explicit Search(const Training& training)
      : hessian(training), generator(training.spec.seed), vector(hessian.size()), noise(hessian.size()) {
    generator.normal(std::span<double>(vector));
  }

  EigenPair find(const ProbeInput& input) {
    hessian.set(input.training, input.summary.inputs, input.summary.targets);
    // A little noise, lest the search stay at an eigenvector that is no longer the largest one's.
    generator.normal(std::span<double>(noise), 0, kDisturbance / std::sqrt(static_cast<double>(noise.size())));
    for (std::size_t i = 0; i < vector.size(); ++i) vector[i] += noise[i];
    const Product multiply = [this](std::span<const double> from, std::span<double> to) { hessian.multiply(from, to); };
    return largest_eigenvalue(multiply, vector, kTolerance, kMostProducts);
  }

  BatchHessian hessian;
  Generator generator;
  std::vector<double> vector;
  std::vector<double> noise;
};

Probe start(const Training& training) {
  Probe probe;
  probe.columns = {{"sharpness", 0}, {"sharpness.residual", 0}};
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
