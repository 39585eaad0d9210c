#pragma once

#include <ATen/Tensor.h>

namespace gradclinic::python {

/// Without the copy that later versions make for those who may write.
template <class Tensor>
const void* memory_of(const Tensor& tensor) {
  if constexpr (requires { tensor.const_data_ptr(); })
    return tensor.const_data_ptr();
  else
    return tensor.data_ptr();
}

/// Null where the memory cannot be read as it is.
inline const float* floats_of(const at::Tensor& tensor) {
  const bool readable = tensor.layout() == at::kStrided && tensor.has_storage() && tensor.device().is_cpu() &&
                        tensor.scalar_type() == at::kFloat && tensor.is_contiguous() && !tensor.is_neg();
  return readable ? static_cast<const float*>(memory_of(tensor)) : nullptr;
}

}  // namespace gradclinic::python
