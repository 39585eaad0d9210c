#include <cmath>

#include "gradclinic/net/optimizer.h"

namespace gradclinic::optimizers {
namespace {

template <class T>
void update(const StepSize& step, std::span<T> values, std::span<const T> gradients, std::span<T> first,
            std::span<T> second) {
  const T decay = static_cast<T>(step.weight_decay);
  constexpr double kBeta1 = 0.9;
  constexpr double kBeta2 = 0.999;
  constexpr T kEpsilon = T(1e-8);
  const double steps = static_cast<double>(step.step);
  const T step_size = static_cast<T>(step.lr / (1 - std::pow(kBeta1, steps)));
  const T root_correction = static_cast<T>(1 / std::sqrt(1 - std::pow(kBeta2, steps)));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const T gradient = gradients[i] + decay * values[i];
    first[i] = T(kBeta1) * first[i] + T(1 - kBeta1) * gradient;
    second[i] = T(kBeta2) * second[i] + T(1 - kBeta2) * gradient * gradient;
    values[i] -= step_size * first[i] / (std::sqrt(second[i]) * root_correction + kEpsilon);
  }
}

}  // namespace

Optimizer adam() {
  return {.id = "adam",
          .summary = "adaptive moments",
          .reference = "betas 0.9, 0.999, epsilon 1e-8; Kingma & Ba 2015, torch.optim.Adam",
          .state_count = 2,
          .update = &update<float>,
          .update64 = &update<double>};
}

}  // namespace gradclinic::optimizers
