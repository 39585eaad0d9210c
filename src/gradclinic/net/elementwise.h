#pragma once

#include "gradclinic/net/activation.h"
#include "gradclinic/tensor/eigen.h"

namespace gradclinic {

/// Fills the four functions of an activation from Phi, which gives
///   value(z): phi of an Eigen array, or value_at(z) of a number, or fill(input, output) of whole views;
///   slope(z, a): phi' at z, where a = phi(z), or slope_at(z, a) of numbers.
/// Numbers suit what branches: Eigen does not vectorize a select, the compiler does a loop's.
template <class Phi>
struct Elementwise {
  template <class T>
  static void forward(View<const T> input, View<T> output) {
    if constexpr (requires(T z) { Phi::value_at(z); }) {
      for (Index i = 0; i < input.size(); ++i) output.data[i] = Phi::value_at(input.data[i]);
    } else if constexpr (requires { Phi::fill(input, output); }) {
      Phi::fill(input, output);
    } else {
      array(output) = Phi::value(array(input));
    }
  }
  template <class T>
  static void backward(View<const T> input, View<const T> output, View<const T> output_gradient,
                       View<T> input_gradient) {
    if constexpr (requires(T z) { Phi::slope_at(z, z); }) {
      for (Index i = 0; i < input.size(); ++i)
        input_gradient.data[i] = output_gradient.data[i] * Phi::slope_at(input.data[i], output.data[i]);
    } else {
      array(input_gradient) = array(output_gradient) * Phi::slope(array(input), array(output));
    }
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
