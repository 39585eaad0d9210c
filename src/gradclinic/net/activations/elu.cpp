#include "gradclinic/net/elementwise.h"

namespace gradclinic::activations {
namespace {

struct Elu {
  template <class Z>
  static auto value(const Z& z) {
    return (z > 0).select(z, z.exp() - 1);
  }
  template <class Z, class A>
  static auto slope(const Z& z, const A& a) {
    return (z > 0).select(typename Z::Scalar(1), a + 1);
  }
};

}  // namespace

Activation elu() {
  return elementwise<Elu>({.id = "elu",
                           .summary = "z above zero, e^z - 1 below: smooth, mean near zero",
                           .reference = "a = z or exp(z) - 1; Clevert et al. 2016",
                           .saturated_low = -0.95F,
                           .saturated_high = kNeverSaturated,
                           .can_die = false});
}

}  // namespace gradclinic::activations
