#include "gradclinic/net/initializer.h"

namespace gradclinic::initializers {
namespace {

template <class T>
void fill(View<T> weights, Index, const ModelSpec& model, Generator& generator) {
  generator.normal(weights.flat(), T(0), static_cast<T>(model.init_std));
}

}  // namespace

Initializer normal() {
  return {.id = "normal",
          .summary = "normal with deviation model.init_std: too small a deviation makes the signal vanish",
          .reference = "N(0, init_std^2)",
          .fill = &fill<float>,
          .fill64 = &fill<double>};
}

}  // namespace gradclinic::initializers
