#pragma once

#include <ATen/core/Tensor.h>

#include <string>

namespace gradclinic::torch {

/// Samples as they lie in an .npz archive, the first axis counting them.
struct ScriptData {
  std::string path;
  at::Tensor inputs;   ///< floats, or whole numbers (int64)
  at::Tensor targets;  ///< likewise
};

/// Reads arrays `inputs` and `targets`, or `x` and `y`, else the first two of the archive; types as read_npy_header
/// allows. NaN and Inf are values like any other.
/// Throws BadInput where the file is damaged, holds fewer than two arrays, or the arrays no samples or not as many.
ScriptData read_script_data(const std::string& path);

/// "1000 x 20", for messages.
std::string shape_text(const at::Tensor& tensor);

}  // namespace gradclinic::torch
