#pragma once

#include "gradclinic/net/activation.h"
#include "gradclinic/tensor/eigen.h"

namespace gradclinic {

/// Fills the four functions of an activation from Phi, which gives
///   value(z): phi of an Eigen array;  slope(z, a): phi' at z, where a = phi(z).
template <class Phi>
struct Elementwise {
  template <class T>
  static void forward(View<const T> input, View<T> output) {
    array(output) = Phi::value(array(input));
  }
  template <class T>
  static void backward(View<const T> input, View<const T> output, View<const T> output_gradient,
                       View<T> input_gradient) {
    array(input_gradient) = array(output_gradient) * Phi::slope(array(input), array(output));
  }
};

template <class Phi>
Activation elementwise(Activation description) {
  description.forward = &Elementwise<Phi>::template forward<float>;
  description.forward64 = &Elementwise<Phi>::template forward<double>;
  description.backward = &Elementwise<Phi>::template backward<float>;
  description.backward64 = &Elementwise<Phi>::template backward<double>;
  return description;
}

}  // namespace gradclinic
