#include "gradclinic/net/elementwise.h"

namespace gradclinic::activations {
namespace {

struct Tanh {
  template <class Z>
  static auto value(const Z& z) {
    return z.tanh();
  }
  template <class Z, class A>
  static auto slope(const Z&, const A& a) {
    return 1 - a.square();
  }
};

}  // namespace

Activation tanh() {
  return elementwise<Tanh>({.id = "tanh",
                            .summary = "hyperbolic tangent: squashes to (-1, 1); slope 1 at 0",
                            .reference = "a = tanh(z), phi' = 1 - a^2; LeCun et al. 1998, Efficient BackProp",
                            .saturated_low = -0.97468F,
                            .saturated_high = 0.97468F,
                            .can_die = false});
}

}  // namespace gradclinic::activations
