#pragma once

#include <ATen/core/Tensor.h>

#include "gradclinic/tensor/unit_tensor.h"

namespace gradclinic::torch {

/// Whether there is a tensor, and of numbers that have a size.
bool holds_numbers(const at::Tensor& tensor);
/// The tensor's numbers as floats in one piece of this machine's memory; undefined where it holds none.
at::Tensor plain(const at::Tensor& tensor);
/// A contiguous float tensor as the core reads it.
UnitTensor units_of(const at::Tensor& tensor, bool channels_first);
/// The same of parameters, which have no units.
View<const float> flat(const at::Tensor& tensor);

}  // namespace gradclinic::torch
