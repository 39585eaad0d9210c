#include "gradclinic/net/elementwise.h"

namespace gradclinic::activations {
namespace {

struct Elu {
  template <class T>
  static void fill(View<const T> input, View<T> output) {
    array(output) = array(input).min(T(0)).exp();
    for (Index i = 0; i < input.size(); ++i) {
      const T z = input.data[i];
      output.data[i] = z <= 0 ? output.data[i] - 1 : z;  // in this order NaN stays NaN
    }
  }
  template <class T>
  static T slope_at(T z, T a) {
    return z > 0 ? T(1) : a + 1;
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
