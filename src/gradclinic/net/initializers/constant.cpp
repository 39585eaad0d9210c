#include "gradclinic/net/initializer.h"

namespace gradclinic::initializers {
namespace {

template <class T>
void fill(View<T> weights, Index, const ModelSpec& model, Generator&) {
  for (T& weight : weights.flat()) weight = static_cast<T>(model.init_value);
}

}  // namespace

Initializer constant() {
  return {.id = "constant",
          .summary = "every weight equal to model.init_value: all units of a layer stay alike",
          .reference = "symmetric initialization, a fault to study; Goodfellow et al. 2016, section 8.4",
          .fill = &fill<float>,
          .fill64 = &fill<double>};
}

}  // namespace gradclinic::initializers
