#pragma once

#include <span>

namespace gradclinic {

/// Sum of squares, in double.
double squared_norm(std::span<const float> gradients);

/// L2 norm: the root of squared_norm.
double gradient_norm(std::span<const float> gradients);

/// Scales the gradients by min(1, largest / (norm + 1e-6)) (Pascanu et al. 2013; torch.nn.utils.clip_grad_norm_).
void clip_by_norm(std::span<float> gradients, double norm, double largest);

/// Cuts every entry to [-largest, largest] (torch.nn.utils.clip_grad_value_). NaN stays NaN.
void clip_by_value(std::span<float> gradients, double largest);

}  // namespace gradclinic
