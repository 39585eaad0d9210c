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
    const T gradient = gradients[i] + decay * values[i];
    first[i] = momentum * first[i] + gradient;
    values[i] -= lr * (gradient + momentum * first[i]);
  }
}

}  // namespace

Optimizer nesterov() {
  return {.id = "nesterov",
          .summary = "gradient descent with Nesterov momentum",
          .reference = "v = m v + g, w -= lr (g + m v); Sutskever et al. 2013, torch.optim.SGD(nesterov=True)",
          .state_count = 1,
          .update = &update<float>,
          .update64 = &update<double>};
}

}  // namespace gradclinic::optimizers
