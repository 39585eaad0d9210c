#include "gradclinic/net/elementwise.h"

namespace gradclinic::activations {
namespace {

struct Selu {
  static constexpr double kLambda = 1.0507009873554805;
  static constexpr double kLambdaAlpha = kLambda * 1.6732632423543772;

  template <class Z>
  static auto value(const Z& z) {
    using T = typename Z::Scalar;
    return (z > 0).select(T(kLambda) * z, T(kLambdaAlpha) * (z.exp() - 1));
  }
  template <class Z, class A>
  static auto slope(const Z& z, const A& a) {
    using T = typename Z::Scalar;
    return (z > 0).select(T(kLambda), a + T(kLambdaAlpha));
  }
};

}  // namespace

Activation selu() {
  return elementwise<Selu>(
      {.id = "selu",
       .summary = "scaled ELU whose fixed point is mean 0, variance 1",
       .reference = "a = lambda z or lambda alpha (exp(z) - 1), lambda 1.0507, alpha 1.6733; Klambauer et al. 2017",
       .saturated_low = -1.67020F,
       .saturated_high = kNeverSaturated,
       .can_die = false});
}

}  // namespace gradclinic::activations
