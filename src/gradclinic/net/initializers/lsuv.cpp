#include "gradclinic/net/initializer.h"
#include "gradclinic/net/orthogonal.h"

namespace gradclinic::initializers {
namespace {

template <class T>
void fill(View<T> weights, Index, const ModelSpec&, Generator& generator) {
  fill_orthogonal(weights, generator);
}

}  // namespace

Initializer lsuv() {
  return {.id = "lsuv",
          .summary = "orthogonal, then each layer scaled on data until its output variance is 1",
          .reference = "Mishkin & Matas 2016 (Layer-sequential unit-variance), tolerance 0.1, at most 10 tries a layer",
          .fill = &fill<float>,
          .fill64 = &fill<double>,
          .scales_by_data = true};
}

}  // namespace gradclinic::initializers
