#include "gradclinic/net/elementwise.h"

namespace gradclinic::activations {
namespace {

struct Softplus {
  template <class Z>
  static auto value(const Z& z) {
    // max(z, 0) + log(1 + e^-|z|): the exponential never overflows.
    return z.max(typename Z::Scalar(0)) + (-z.abs()).exp().log1p();
  }
  template <class Z, class A>
  static auto slope(const Z& z, const A&) {
    return z.logistic();
  }
};

}  // namespace

Activation softplus() {
  return elementwise<Softplus>({.id = "softplus",
                                .summary = "log(1 + e^z): a smooth ReLU",
                                .reference = "a = log(1 + exp(z)), phi' = sigmoid(z); Dugas et al. 2001",
                                .saturated_low = 0.05129F,
                                .saturated_high = kNeverSaturated,
                                .can_die = false});
}

}  // namespace gradclinic::activations
