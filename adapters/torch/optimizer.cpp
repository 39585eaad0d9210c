#include "optimizer.h"

#include <ATen/ATen.h>
#include <torch/optim.h>

#include <cmath>

#include "gradclinic/support/error.h"
#include "tensors.h"

namespace gradclinic::torch {

namespace optim = ::torch::optim;

std::shared_ptr<optim::Optimizer> make_optimizer(const TrainSpec& train, std::vector<at::Tensor> parameters) {
  const std::string& name = train.optimizer;
  if (name == "adam")
    return std::make_shared<optim::Adam>(parameters, optim::AdamOptions(train.lr).weight_decay(train.weight_decay));
  if (name == "adamw")
    return std::make_shared<optim::AdamW>(parameters, optim::AdamWOptions(train.lr).weight_decay(train.weight_decay));
  if (name == "rmsprop")
    return std::make_shared<optim::RMSprop>(parameters,
                                            optim::RMSpropOptions(train.lr).weight_decay(train.weight_decay));
  optim::SGDOptions options(train.lr);
  options.weight_decay(train.weight_decay);
  if (name != "sgd") options.momentum(train.momentum).nesterov(name == "nesterov");
  return std::make_shared<optim::SGD>(parameters, options);
}

void update(optim::Optimizer& optimizer, double rate) {
  for (optim::OptimizerParamGroup& group : optimizer.param_groups()) group.options().set_lr(rate);
  optimizer.step();
}

bool clip(const TrainSpec& train, const std::vector<at::Tensor>& parameters) {
  std::vector<at::Tensor> gradients, norms;
  for (const at::Tensor& parameter : parameters)
    if (parameter.grad().defined()) gradients.push_back(parameter.grad().detach());
  if (train.clip_value > 0)
    for (at::Tensor& gradient : gradients) gradient.clamp_(-train.clip_value, train.clip_value);
  if (train.clip_norm > 0 && !gradients.empty()) {
    for (const at::Tensor& gradient : gradients) norms.push_back(gradient.norm(2));
    const at::Tensor whole = at::stack(norms).norm(2);
    // Python divides by multiplying with the reciprocal; torch::nn::utils::clip_grad_norm_ rounds otherwise.
    const at::Tensor factor = whole.add(1e-6).reciprocal().mul(train.clip_norm).clamp_max(1);
    for (at::Tensor& gradient : gradients) gradient.mul_(factor);
  }
  return train.clip_norm > 0 || train.clip_value > 0;
}

double gradient_norm(const std::vector<at::Tensor>& parameters) {
  double squares = 0;
  for (const at::Tensor& parameter : parameters) {
    const at::Tensor gradient = plain(parameter.grad());
    if (!gradient.defined()) continue;
    const double norm = measure(flat(gradient)).l2;
    squares += norm * norm;
  }
  return std::sqrt(squares);
}

}  // namespace gradclinic::torch
