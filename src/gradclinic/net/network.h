#pragma once

#include <memory>
#include <vector>

#include "gradclinic/net/layer.h"
#include "gradclinic/spec/spec.h"
#include "gradclinic/tensor/tensor.h"

namespace gradclinic {

template <class T>
class Chain;

/// A multi-layer perceptron by its spec. Parameters and gradients lie in one flat buffer each.
/// Instantiated for float (training) and double (checks).
template <class T>
class Network {
 public:
  /// Draws from `generator` as building the same network of nn.Linear layers and then re-initializing each in turn
  /// would. `largest_batch` bounds every later batch.
  Network(const ModelSpec& model, Index inputs, Index outputs, Index largest_batch, Generator& generator);
  ~Network();
  Network(Network&&) noexcept;

  /// LSUV (Mishkin & Matas 2015): scales each layer on this batch until its output variance is within 0.1 of 1, at
  /// most 10 times a layer. Does nothing for other initializers. Dropout, if any, draws from `generator`.
  void scale_by_data(View<const T> inputs, Generator& generator);

  /// inputs: features x batch. Returns outputs x batch, valid until the next pass.
  View<const T> forward(View<const T> inputs, const Pass& pass);
  /// After forward on the same inputs: overwrites every parameter's gradient.
  void backward(View<const T> inputs, View<const T> output_gradient, const Pass& pass);
  /// The input layer's gradient is not computed unless asked for (checks).
  void backward(View<const T> inputs, View<const T> output_gradient, View<T> input_gradient, const Pass& pass);

  const std::vector<Parameter<T>>& parameters() const { return parameters_; }
  std::span<T> values() { return values_; }
  std::span<T> gradients() { return gradients_; }
  Index inputs() const { return inputs_; }
  Index outputs() const { return outputs_; }
  int depth() const { return static_cast<int>(model_.depth); }

 private:
  void bind_parameters();
  void initialize(Generator& generator);

  ModelSpec model_;
  Index inputs_;
  Index outputs_;
  Buffer<T> values_;
  Buffer<T> gradients_;
  std::vector<Parameter<T>> parameters_;
  std::unique_ptr<Chain<T>> chain_;
};

}  // namespace gradclinic
