#pragma once

#include <string>
#include <vector>

#include "gradclinic/logs/stored_tensor.h"

namespace gradclinic {

/// Whether the file starts as a safetensors file does: the length of a header that it has room for, and `{`.
bool is_safetensors(Bytes file);

/// The tensors of a safetensors file, in the order of their names (digits by their value); they refer to `file`.
/// Checked as the format asks: sizes fit shapes and types, tensors fill the file without gaps or overlaps. Damage
/// throws BadInput naming `name` and the offset.
std::vector<StoredTensor> read_safetensors(Bytes file, const std::string& name);

}  // namespace gradclinic
