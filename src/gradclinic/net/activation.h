#pragma once

#include <limits>
#include <string>
#include <vector>

#include "gradclinic/tensor/view.h"

namespace gradclinic {

/// A saturation limit that no output reaches.
inline constexpr float kNeverSaturated = std::numeric_limits<float>::infinity();

/// A catalogue entry of net/activations: a function of one variable with its derivative.
struct Activation {
  std::string id;
  std::string summary;
  std::string reference;  ///< paper and the formula
  /// output[i] = phi(input[i]).
  void (*forward)(View<const float> input, View<float> output) = nullptr;
  void (*forward64)(View<const double> input, View<double> output) = nullptr;
  /// input_gradient[i] = output_gradient[i] * phi'(input[i]); `output` is forward's. May run in place.
  void (*backward)(View<const float> input, View<const float> output, View<const float> output_gradient,
                   View<float> input_gradient) = nullptr;
  void (*backward64)(View<const double> input, View<const double> output, View<const double> output_gradient,
                     View<double> input_gradient) = nullptr;
  /// An output at or below `saturated_low` or at or above `saturated_high` counts as saturated: there, on that side,
  /// the derivative is below 5 % of its largest value. Infinite where the function does not flatten.
  float saturated_low = -kNeverSaturated;
  float saturated_high = kNeverSaturated;
  /// Whether an input at or below zero has output 0 and derivative 0, so that a unit can die.
  bool can_die = false;
};

namespace activations {
std::vector<Activation> all();
}  // namespace activations

/// The activation of that id; throws BadInput with the nearest one.
const Activation& find_activation(const std::string& id);

}  // namespace gradclinic
