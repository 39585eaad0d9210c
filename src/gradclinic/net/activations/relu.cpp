#include "gradclinic/net/elementwise.h"

namespace gradclinic::activations {
namespace {

struct Relu {
  template <class Z>
  static auto value(const Z& z) {
    // The operand order keeps NaN: max(z, 0) by comparison would turn it into 0.
    return (z < 0).select(typename Z::Scalar(0), z);
  }
  template <class Z, class A>
  static auto slope(const Z&, const A& a) {
    return (a > 0).template cast<typename Z::Scalar>();
  }
};

}  // namespace

Activation relu() {
  return elementwise<Relu>({.id = "relu",
                            .summary = "max(z, 0): slope 1 above zero, none below, so that units can die",
                            .reference = "a = max(z, 0); Nair & Hinton 2010",
                            .saturated_low = -kNeverSaturated,
                            .saturated_high = kNeverSaturated,
                            .can_die = true});
}

}  // namespace gradclinic::activations
