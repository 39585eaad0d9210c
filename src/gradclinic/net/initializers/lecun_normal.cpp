#include <cmath>

#include "gradclinic/net/initializer.h"

namespace gradclinic::initializers {
namespace {

template <class T>
void fill(View<T> weights, Index, const ModelSpec&, Generator& generator) {
  generator.normal(weights.flat(), T(0), static_cast<T>(std::sqrt(1.0 / static_cast<double>(weights.columns))));
}

}  // namespace

Initializer lecun_normal() {
  return {.id = "lecun_normal",
          .summary = "normal with variance 1/inputs: SELU's companion",
          .reference = "LeCun et al. 1998, Efficient BackProp, section 4.6; Klambauer et al. 2017",
          .fill = &fill<float>,
          .fill64 = &fill<double>};
}

}  // namespace gradclinic::initializers
