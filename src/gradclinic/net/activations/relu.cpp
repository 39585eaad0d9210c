#include "gradclinic/net/elementwise.h"

namespace gradclinic::activations {
namespace {

struct Relu {
  template <class T>
  static T value_at(T z) {
    return z < 0 ? T(0) : z;  // in this order NaN stays NaN
  }
  template <class T>
  static T slope_at(T, T a) {
    return a > 0 ? T(1) : T(0);
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
