#include <cmath>

#include "gradclinic/net/initializer.h"

namespace gradclinic::initializers {
namespace {

template <class T>
void fill(View<T> weights, Index fan_out, const ModelSpec&, Generator& generator) {
  const T bound = static_cast<T>(std::sqrt(6.0 / static_cast<double>(fan_out + weights.columns)));
  generator.uniform(weights.flat(), -bound, bound);
}

}  // namespace

Initializer xavier_uniform() {
  return {
      .id = "xavier_uniform",
      .summary = "uniform with variance 2/(inputs + outputs): keeps the gradient's variance in linear and tanh layers",
      .reference = "bound sqrt(6/(inputs + outputs)); Glorot & Bengio 2010, eq. 16",
      .fill = &fill<float>,
      .fill64 = &fill<double>};
}

}  // namespace gradclinic::initializers
