#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <vector>

namespace gradclinic::torch {

/// A network that LibTorch trains, whatever it was made of.
struct Trainee {
  std::function<at::Tensor(const at::Tensor& inputs)> forward;
  std::function<void(bool training)> set_mode;  ///< training or evaluation
  std::vector<at::Tensor> parameters;           ///< those that are trained
};

/// Samples with what is wanted of them, sample by sample.
struct Examples {
  at::Tensor inputs;
  at::Tensor targets;
};

}  // namespace gradclinic::torch
