#include "gradclinic/net/elementwise.h"

namespace gradclinic::activations {
namespace {

struct Sigmoid {
  template <class Z>
  static auto value(const Z& z) {
    return z.logistic();
  }
  template <class Z, class A>
  static auto slope(const Z&, const A& a) {
    return a * (1 - a);
  }
};

}  // namespace

Activation sigmoid() {
  return elementwise<Sigmoid>(
      {.id = "sigmoid",
       .summary = "1 / (1 + e^-z): squashes to (0, 1); its slope is at most 1/4",
       .reference = "a = 1 / (1 + exp(-z)), phi' = a (1 - a); Glorot & Bengio 2010 on why it stalls deep networks",
       .saturated_low = 0.01266F,
       .saturated_high = 0.98734F,
       .can_die = false});
}

}  // namespace gradclinic::activations
