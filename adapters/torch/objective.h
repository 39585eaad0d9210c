#pragma once

#include <ATen/core/Tensor.h>

#include <string>

namespace gradclinic::torch {

/// How many are right: of all, and on average over the classes. NaN where there is nothing to count.
struct Accuracy {
  double all = 0;
  double balanced = 0;
};

/// What a network reaches on some samples.
struct Evaluation {
  double loss = 0;
  Accuracy accuracy;
};

/// The losses of net/losses as PyTorch computes them.
at::Tensor loss_of(const std::string& loss, const at::Tensor& output, const at::Tensor& target);

/// The targets as the loss takes them for outputs of that shape (of any number of samples): classes as whole numbers,
/// amounts and probabilities in the shape of the outputs. Throws BadInput naming `where` where they do not fit.
at::Tensor fitting_targets(const std::string& loss, const at::Tensor& targets, const at::Tensor& output,
                           const std::string& where);

/// For each target whether the output is right; undefined for a regression.
at::Tensor right(const std::string& loss, const at::Tensor& output, const at::Tensor& target);
Accuracy accuracy_of(const at::Tensor& right, const at::Tensor& target);

}  // namespace gradclinic::torch
