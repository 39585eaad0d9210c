#include "gradclinic/net/elementwise.h"

namespace gradclinic::activations {
namespace {

struct Identity {
  template <class Z>
  static auto value(const Z& z) {
    return z;
  }
  template <class Z, class A>
  static auto slope(const Z&, const A& a) {
    return A::PlainObject::Ones(a.size());
  }
};

}  // namespace

Activation identity() {
  return elementwise<Identity>({.id = "identity",
                                .summary = "z itself: a deep linear network",
                                .reference = "a = z; Saxe et al. 2014",
                                .saturated_low = -kNeverSaturated,
                                .saturated_high = kNeverSaturated,
                                .can_die = false});
}

}  // namespace gradclinic::activations
