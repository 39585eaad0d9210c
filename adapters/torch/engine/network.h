#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>
#include <vector>

#include "gradclinic/spec/spec.h"
#include "weights.h"

namespace gradclinic {
namespace torch {

/// What a pass through a network is for.
struct Pass {
  bool training = true;
  bool scales_outputs = false;  ///< LSUV's pass: see multiply
  bool tracks = true;           ///< in training, batch norm updates its running statistics
  Generator* drops = nullptr;   ///< where dropout draws from
};

/// A network that a spec describes, in LibTorch's tensors.
class Network {
 public:
  virtual ~Network() = default;
  /// Inputs: samples x features, as data sets have them. Returns samples x outputs.
  virtual at::Tensor forward(const at::Tensor& inputs, const Pass& pass) = 0;

  const NamedTensors& parameters() const { return weights_.parameters(); }

 protected:
  Network(const ModelSpec& model, Generator& generator) : model_(model), weights_(model, generator) {}

  const ModelSpec model_;
  Weights weights_;
};

/// What a network is built for: the features of a sample, and the outputs that its loss takes.
struct NetworkSize {
  std::int64_t inputs = 0;
  std::int64_t outputs = 0;
};

}  // namespace torch

/// A catalogue entry of engine/networks: a value of model.kind.
struct NetworkKind {
  std::string id;
  std::string summary;
  std::string reference;
  /// Draws weights from `generator`. Throws BadInput where the data are not such that the network can take them.
  std::unique_ptr<torch::Network> (*build)(const ModelSpec& model, const torch::NetworkSize& size,
                                           Generator& generator);
};

/// NetworkKind::build of a network that is made from the same arguments.
template <class Network>
std::unique_ptr<torch::Network> build_network(const ModelSpec& model, const torch::NetworkSize& size,
                                              Generator& generator) {
  return std::make_unique<Network>(model, size, generator);
}

namespace networks {
std::vector<NetworkKind> all();
}  // namespace networks

}  // namespace gradclinic
