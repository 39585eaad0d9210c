#include "gradclinic/net/elementwise.h"

namespace gradclinic::activations {
namespace {

struct LeakyRelu {
  template <class Z>
  static auto value(const Z& z) {
    return (z > 0).select(z, typename Z::Scalar(0.01) * z);
  }
  template <class Z, class A>
  static auto slope(const Z& z, const A&) {
    using T = typename Z::Scalar;
    return T(0.01) + T(0.99) * (z > 0).template cast<T>();
  }
};

}  // namespace

Activation leaky_relu() {
  return elementwise<LeakyRelu>({.id = "leaky_relu",
                                 .summary = "z above zero, 0.01 z below: units cannot die",
                                 .reference = "a = max(z, 0.01 z); Maas et al. 2013",
                                 .saturated_low = -kNeverSaturated,
                                 .saturated_high = kNeverSaturated,
                                 .can_die = false});
}

}  // namespace gradclinic::activations
