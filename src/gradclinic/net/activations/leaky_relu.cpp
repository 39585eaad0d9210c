#include "gradclinic/net/elementwise.h"

namespace gradclinic::activations {
namespace {

struct LeakyRelu {
  template <class T>
  static T value_at(T z) {
    return z > 0 ? z : T(0.01) * z;
  }
  template <class T>
  static T slope_at(T z, T) {
    return z > 0 ? T(1) : T(0.01);
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
