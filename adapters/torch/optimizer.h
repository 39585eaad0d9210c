#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <vector>

#include "gradclinic/spec/spec.h"

namespace torch::optim {
class Optimizer;
}

namespace gradclinic::torch {

/// The spec's optimizer, by PyTorch's definitions and defaults; weight decay is the spec's, 0 without.
std::shared_ptr<::torch::optim::Optimizer> make_optimizer(const TrainSpec& train, std::vector<at::Tensor> parameters);

/// One update at that rate.
void update(::torch::optim::Optimizer& optimizer, double rate);

/// The spec's clipping, of values and then of the norm, as torch.nn.utils rounds it in Python; whether there is any.
bool clip(const TrainSpec& train, const std::vector<at::Tensor>& parameters);

/// The L2 norm over all gradients, in double.
double gradient_norm(const std::vector<at::Tensor>& parameters);

}  // namespace gradclinic::torch
