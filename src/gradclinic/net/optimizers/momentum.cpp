#include <cmath>

#include "gradclinic/net/optimizer.h"

namespace gradclinic::optimizers {
namespace {

template <class T>
void update(const StepSize& step, std::span<T> values, std::span<const T> gradients, std::span<T> first, std::span<T>) {
  const T lr = static_cast<T>(step.lr);
  const T decay = static_cast<T>(step.weight_decay);
  const T momentum = static_cast<T>(step.momentum);
  for (std::size_t i = 0; i < values.size(); ++i) {
    first[i] = momentum * first[i] + (gradients[i] + decay * values[i]);
    values[i] -= lr * first[i];
  }
}

}  // namespace

Optimizer momentum() {
  return {.id = "momentum",
          .summary = "gradient descent with heavy-ball momentum",
          .reference = "v = m v + g, w -= lr v; Polyak 1964, torch.optim.SGD(momentum)",
          .state_count = 1,
          .update = &update<float>,
          .update64 = &update<double>};
}

}  // namespace gradclinic::optimizers
