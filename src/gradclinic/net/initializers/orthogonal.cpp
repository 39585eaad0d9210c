#include "gradclinic/net/orthogonal.h"

#include "gradclinic/net/initializer.h"

namespace gradclinic::initializers {
namespace {

template <class T>
void fill(View<T> weights, Index, const ModelSpec&, Generator& generator) {
  fill_orthogonal(weights, generator);
}

}  // namespace

Initializer orthogonal() {
  return {.id = "orthogonal",
          .summary = "orthonormal rows or columns: every singular value is 1",
          .reference = "QR of a normal matrix, signs made unique; Saxe et al. 2014",
          .fill = &fill<float>,
          .fill64 = &fill<double>};
}

}  // namespace gradclinic::initializers
