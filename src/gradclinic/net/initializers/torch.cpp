#include <cmath>

#include "gradclinic/net/initializer.h"

namespace gradclinic::initializers {
namespace {

template <class T>
void fill(View<T> weights, Index, const ModelSpec&, Generator& generator) {
  const T bound = static_cast<T>(1 / std::sqrt(static_cast<double>(weights.columns)));
  generator.uniform(weights.flat(), -bound, bound);
}

}  // namespace

Initializer torch() {
  return {
      .id = "torch",
      .summary = "nn.Linear's default: weights and biases uniform in +-1/sqrt(inputs)",
      .reference = "weight variance 1/(3 inputs); torch.nn.Linear.reset_parameters (kaiming_uniform with a = sqrt 5)",
      .fill = &fill<float>,
      .fill64 = &fill<double>,
      .keeps_default_bias = true};
}

}  // namespace gradclinic::initializers
