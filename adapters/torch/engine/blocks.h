#pragma once

#include <ATen/core/Tensor.h>

#include <string>

#include "network.h"

namespace gradclinic::torch {

/// The functions of net/activations as PyTorch computes them.
at::Tensor activate(const std::string& activation, const at::Tensor& input);

/// x W^T + b over the last axis. In LSUV's pass the weights are scaled first, as net/layers/linear does.
at::Tensor multiply(const Product& layer, const at::Tensor& input, const Pass& pass);
/// The same of a convolution with a square kernel of odd size; zeros stand around the image.
at::Tensor convolve(const Product& layer, const at::Tensor& input, std::int64_t stride, const Pass& pass);

/// Batch norm of units (axis 1), or layer norm of a sample's last axis (of images: all of a sample); the input itself
/// where there is no norm.
at::Tensor normalize(const Norm& norm, const at::Tensor& input, const Pass& pass);

/// Drops a share of the entries and scales the others up, in training; draws sample by sample.
at::Tensor drop(double share, const at::Tensor& input, const Pass& pass);

}  // namespace gradclinic::torch
