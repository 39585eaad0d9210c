#include "gradclinic/net/elementwise.h"

namespace gradclinic::activations {
namespace {

struct Silu {
  template <class Z>
  static auto value(const Z& z) {
    return z * z.logistic();
  }
  template <class Z, class A>
  static auto slope(const Z& z, const A& a) {
    return z.logistic() * (1 + z - a);
  }
};

}  // namespace

Activation silu() {
  return elementwise<Silu>(
      {.id = "silu",
       .summary = "z times its sigmoid (Swish)",
       .reference = "a = z s(z), phi' = s (1 + z (1 - s)); Elfwing et al. 2018, Ramachandran et al. 2017",
       .saturated_low = -kNeverSaturated,
       .saturated_high = kNeverSaturated,
       .can_die = false});
}

}  // namespace gradclinic::activations
