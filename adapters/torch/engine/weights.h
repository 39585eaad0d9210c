#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "../layers.h"
#include "gradclinic/spec/spec.h"
#include "gradclinic/tensor/generator.h"

namespace gradclinic::torch {

/// A layer that multiplies: linear (outputs x inputs) or a convolution (outputs x inputs x height x width).
struct Product {
  at::Tensor weight;
  at::Tensor bias;
};

/// A recurrent layer's two products, as torch.nn.RNN, LSTM and GRU keep them: a block of units for each gate.
struct Recurrence {
  at::Tensor input_weight, hidden_weight, input_bias, hidden_bias;
};

/// A norm's gain and shift, and the running statistics of a batch norm.
struct Norm {
  std::string kind;  ///< as model.norm: none, batch, layer
  at::Tensor weight, bias;
  at::Tensor running_mean, running_variance;
};

/// A network's parameters, drawn by its spec: when they are added as torch.nn draws them by default, and by `draw` anew
/// by model.init, model.init_gain and model.bias_init.
class Weights {
 public:
  Weights(const ModelSpec& model, Generator& generator) : model_(model), generator_(generator) {}

  /// `shape`: outputs first. Uniform in +-1/sqrt(fan-in) by default.
  Product add_product(const std::string& name, at::IntArrayRef shape);
  /// `gates`: 1 (tanh), 3 (GRU) or 4 (LSTM). Uniform in +-1/sqrt(units) by default.
  Recurrence add_recurrence(const std::string& name, std::int64_t inputs, std::int64_t units, std::int64_t gates);
  /// Gains of 1 and shifts of 0; nothing where the kind is "none".
  Norm add_norm(const std::string& kind, const std::string& name, std::int64_t units);
  /// Once, after all were added. The last product is the output layer's, whose bias model.bias_init leaves alone.
  void draw();

  const NamedTensors& parameters() const { return parameters_; }

 private:
  at::Tensor add(const std::string& name, at::IntArrayRef shape);
  at::Tensor add_uniform(const std::string& name, at::IntArrayRef shape, double bound);
  void fill(at::Tensor block);

  /// Weights that an initializer draws, in blocks of their rows.
  struct Drawn {
    at::Tensor weight;
    std::int64_t blocks = 1;
    std::vector<at::Tensor> biases;
  };

  const ModelSpec model_;
  Generator& generator_;
  NamedTensors parameters_;
  std::vector<Drawn> drawn_;
};

}  // namespace gradclinic::torch
