#pragma once

#include <optional>

#include "gradclinic/spec/validate.h"

namespace gradclinic {

/// The first key of [model] that its kind does not have, or cannot have beside the others. Kind "outside" has none.
std::optional<Mistake> find_model_mistake(const Spec& spec);

/// Numbers that the network's parameters take, at most; `inputs` and `outputs` are the data's. Of a cnn those behind
/// the first convolution, for the image's planes are not known before the data.
double parameter_count(const ModelSpec& model, double inputs, double outputs);

}  // namespace gradclinic
