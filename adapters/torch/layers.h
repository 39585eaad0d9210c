#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <utility>
#include <vector>

namespace gradclinic::torch {

using NamedTensors = std::vector<std::pair<std::string, at::Tensor>>;

/// A module with a weight matrix of its own. What is only learned while its network computes is empty until then.
struct Layer {
  std::string name;   ///< "layer1.0.conv2": the parameters' common name
  at::Tensor weight;  ///< the largest with two axes or more; of a recurrent module the last from step to step
  std::vector<at::Tensor> biases;  ///< its parameters of one axis
  bool channels_first = false;     ///< a convolution: its units are channels
  bool is_table = false;           ///< looked up in, and so no layer
  std::string activation;          ///< an id of net/activations
  std::string norm;                ///< "batch" or "layer"
  double inputs = 0;               ///< fan-in
  double outputs = 0;              ///< fan-out
};

/// The layers among a network's parameters, which are named as named_parameters() names them.
std::vector<Layer> layers_of(const NamedTensors& parameters);

/// Fan-in and fan-out of weights, by the operation that they are multiplied in ("conv2d").
void set_fans(Layer& layer, const std::string& operation);

}  // namespace gradclinic::torch
