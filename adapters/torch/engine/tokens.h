#pragma once

#include <ATen/core/Tensor.h>

#include "gradclinic/spec/spec.h"

namespace gradclinic::torch {

/// Throws BadInput where a sample's features cannot be cut into steps of model.token.
void check_tokens(const ModelSpec& model, std::int64_t features);

/// Samples x features as samples x steps x model.token.
at::Tensor tokens_of(const ModelSpec& model, const at::Tensor& inputs);

}  // namespace gradclinic::torch
