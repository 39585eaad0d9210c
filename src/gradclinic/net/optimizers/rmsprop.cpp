#include <cmath>

#include "gradclinic/net/optimizer.h"

namespace gradclinic::optimizers {
namespace {

template <class T>
void update(const StepSize& step, std::span<T> values, std::span<const T> gradients, std::span<T> first, std::span<T>) {
  const T lr = static_cast<T>(step.lr);
  const T decay = static_cast<T>(step.weight_decay);
  constexpr T kAlpha = T(0.99);
  constexpr T kEpsilon = T(1e-8);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const T gradient = gradients[i] + decay * values[i];
    first[i] = kAlpha * first[i] + T(1 - 0.99) * gradient * gradient;
    values[i] -= lr * gradient / (std::sqrt(first[i]) + kEpsilon);
  }
}

}  // namespace

Optimizer rmsprop() {
  return {.id = "rmsprop",
          .summary = "gradient divided by a running root mean square",
          .reference = "alpha 0.99, epsilon 1e-8; Hinton 2012 (lecture 6e), torch.optim.RMSprop",
          .state_count = 1,
          .update = &update<float>,
          .update64 = &update<double>};
}

}  // namespace gradclinic::optimizers
