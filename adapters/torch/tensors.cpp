#include "tensors.h"

#include <ATen/ATen.h>

namespace gradclinic::torch {

bool holds_numbers(const at::Tensor& tensor) { return tensor.defined() && tensor.is_floating_point(); }

at::Tensor plain(const at::Tensor& tensor) {
  if (!holds_numbers(tensor)) return {};
  at::Tensor values = tensor.detach();
  if (values.layout() != at::kStrided) values = values.to_dense();
  return values.to(at::kCPU, at::kFloat).contiguous();
}

UnitTensor units_of(const at::Tensor& tensor, bool channels_first) {
  const float* const data = tensor.data_ptr<float>();
  const Index size = tensor.numel();
  if (tensor.dim() == 0) return {data, 1, 1, 1};
  if (size == 0) return {data, 0, tensor.size(-1), 1};
  if (channels_first && tensor.dim() > 2)
    return {data, tensor.size(0), tensor.size(1), size / (tensor.size(0) * tensor.size(1))};
  return {data, size / tensor.size(-1), tensor.size(-1), 1};
}

View<const float> flat(const at::Tensor& tensor) { return {tensor.data_ptr<float>(), 1, tensor.numel()}; }

}  // namespace gradclinic::torch
