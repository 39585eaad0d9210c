#include <cmath>

#include "gradclinic/net/initializer.h"

namespace gradclinic::initializers {
namespace {

template <class T>
void fill(View<T> weights, Index, const ModelSpec&, Generator& generator) {
  const T bound = static_cast<T>(std::sqrt(6.0 / static_cast<double>(weights.columns)));
  generator.uniform(weights.flat(), -bound, bound);
}

}  // namespace

Initializer he_uniform() {
  return {.id = "he_uniform",
          .summary = "uniform with variance 2/inputs: keeps the signal's variance through ReLU layers",
          .reference = "bound sqrt(6/inputs); He et al. 2015, eq. 10",
          .fill = &fill<float>,
          .fill64 = &fill<double>};
}

}  // namespace gradclinic::initializers
