#pragma once

#include <optional>

#include "script_data.h"
#include "script_model.h"

namespace gradclinic::torch {

/// A network to hold a model against: two hidden layers of 64 ReLU units that see all of a sample at once (words by
/// codes that are learned), with outputs of the model's shape. Draws its weights from the process's generator.
/// None where the model's output has the samples' shape, as that may be what they are, or a sample has more than 16,384
/// numbers.
std::optional<ScriptModel> plain_network(const ScriptModel& model, const ScriptData& data);

}  // namespace gradclinic::torch
