#include <cmath>

#include "gradclinic/net/optimizer.h"

namespace gradclinic::optimizers {
namespace {

template <class T>
void update(const StepSize& step, std::span<T> values, std::span<const T> gradients, std::span<T>, std::span<T>) {
  const T lr = static_cast<T>(step.lr);
  const T decay = static_cast<T>(step.weight_decay);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] -= lr * (gradients[i] + decay * values[i]);
}

}  // namespace

Optimizer sgd() {
  return {.id = "sgd",
          .summary = "gradient descent",
          .reference = "w -= lr (g + decay w); torch.optim.SGD",
          .state_count = 0,
          .update = &update<float>,
          .update64 = &update<double>};
}

}  // namespace gradclinic::optimizers
