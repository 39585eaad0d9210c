#include <cmath>

#include "gradclinic/net/initializer.h"

namespace gradclinic::initializers {
namespace {

template <class T>
void fill(View<T> weights, Index fan_out, const ModelSpec&, Generator& generator) {
  const double deviation = std::sqrt(2.0 / static_cast<double>(fan_out + weights.columns));
  generator.normal(weights.flat(), T(0), static_cast<T>(deviation));
}

}  // namespace

Initializer xavier_normal() {
  return {.id = "xavier_normal",
          .summary = "normal with variance 2/(inputs + outputs)",
          .reference = "Glorot & Bengio 2010, eq. 12",
          .fill = &fill<float>,
          .fill64 = &fill<double>};
}

}  // namespace gradclinic::initializers
