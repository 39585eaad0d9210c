#pragma once

#include <optional>

#include "gradclinic/logs/wire.h"

namespace gradclinic {

/// The number of a TensorFlow tensor (tensorflow/core/framework/tensor.proto) that holds one float, double, half,
/// bfloat16 or integer and no more; nothing for any other tensor. Damage throws BadInput as the reader does.
std::optional<double> tensor_number(WireReader tensor);

}  // namespace gradclinic
