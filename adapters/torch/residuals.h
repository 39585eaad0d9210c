#pragma once

#include <ATen/core/Tensor.h>

namespace gradclinic::torch {

/// Whether, on the way to a tensor that autograd knows, a signal is somewhere added to what was computed from it. Looks
/// at the 4,000 operations nearest to the tensor.
bool has_residuals(const at::Tensor& output);

}  // namespace gradclinic::torch
