#pragma once

#include <memory>
#include <vector>

#include "gradclinic/net/layer.h"
#include "gradclinic/tensor/tensor.h"

namespace gradclinic {

/// Layers in a row, with the buffers between them. Instantiated for float and double.
template <class T>
class Chain {
 public:
  explicit Chain(std::vector<std::unique_ptr<Layer<T>>> layers) : layers_(std::move(layers)) {}

  /// Rows of the output for an input of `inputs` rows.
  Index outputs(Index inputs) const;
  /// The layers in order, those inside others not expanded.
  std::vector<Layer<T>*> layers() const;
  /// Allocates the buffers for batches of up to `largest_batch`.
  void reserve(Index inputs, Index largest_batch);
  /// Valid until the next pass.
  View<const T> forward(View<const T> input, const Pass& pass);
  /// After forward on the same input. `input_gradient` has no data where nobody needs it.
  void backward(View<const T> input, View<const T> output_gradient, View<T> input_gradient, const Pass& pass);

 private:
  std::vector<std::unique_ptr<Layer<T>>> layers_;
  std::vector<Tensor<T>> outputs_;  // one per layer
  Buffer<T> gradients_[2];          // a layer reads one and writes the other
};

}  // namespace gradclinic
