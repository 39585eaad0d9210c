#include <cmath>

#include "gradclinic/net/initializer.h"

namespace gradclinic::initializers {
namespace {

template <class T>
void fill(View<T> weights, Index, const ModelSpec&, Generator& generator) {
  generator.normal(weights.flat(), T(0), static_cast<T>(std::sqrt(2.0 / static_cast<double>(weights.columns))));
}

}  // namespace

Initializer he_normal() {
  return {.id = "he_normal",
          .summary = "normal with variance 2/inputs",
          .reference = "He et al. 2015, eq. 10",
          .fill = &fill<float>,
          .fill64 = &fill<double>};
}

}  // namespace gradclinic::initializers
