#include "gradclinic/net/elementwise.h"

namespace gradclinic::activations {
namespace {

struct Selu {
  static constexpr double kLambda = 1.0507009873554805;
  static constexpr double kLambdaAlpha = kLambda * 1.6732632423543772;

  template <class T>
  static void fill(View<const T> input, View<T> output) {
    array(output) = array(input).min(T(0)).exp();
    for (Index i = 0; i < input.size(); ++i) {
      const T z = input.data[i];
      output.data[i] = z <= 0 ? T(kLambdaAlpha) * (output.data[i] - 1) : T(kLambda) * z;  // in this order NaN stays NaN
    }
  }
  template <class T>
  static T slope_at(T z, T a) {
    return z > 0 ? T(kLambda) : a + T(kLambdaAlpha);
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
