#pragma once

#include <memory>

#include "gradclinic/net/activation.h"
#include "gradclinic/net/layer.h"

namespace gradclinic {

// Each kind of layer is one file; here is how to make them. Instantiated for float and double.
// `layer` is the number of the linear layer of the block (1..depth), under which taps see its tensors.

/// output = weight * input + bias. Shows its weights' gradient, the output layer also its output as pre_activation.
/// Backward: dW = dY X^T, db = row sums of dY, dX = W^T dY (all of the batch's mean loss).
template <class T>
std::unique_ptr<Layer<T>> linear(Index inputs, Index outputs, int layer, bool is_output_layer);

/// output = phi(input), entry by entry; shows both and their gradients.
template <class T>
std::unique_ptr<Layer<T>> activate(const Activation& activation, int layer);

/// Per feature: (x - mean) / sqrt(variance + 1e-5) * scale + shift, over the batch with the biased variance in
/// training, with running statistics (momentum 0.1, unbiased variance) in evaluation. Ioffe & Szegedy 2015,
/// algorithms 1 and 2; torch.nn.BatchNorm1d.
template <class T>
std::unique_ptr<Layer<T>> batch_norm(Index features, int layer);

/// Per sample: (x - mean) / sqrt(variance + 1e-5) over its features, times scale plus shift per feature.
/// Ba et al. 2016; torch.nn.LayerNorm.
template <class T>
std::unique_ptr<Layer<T>> layer_norm(Index features, int layer);

/// In training zeroes each entry with the given probability and divides the rest by 1 - probability; drawn sample by
/// sample, as torch.nn.Dropout does. Srivastava et al. 2014.
template <class T>
std::unique_ptr<Layer<T>> dropout(double probability);

/// output = inner(input) + input, the layers of `inner` in their order; rows must agree. He et al. 2016.
template <class T>
std::unique_ptr<Layer<T>> residual(std::vector<std::unique_ptr<Layer<T>>> inner);

}  // namespace gradclinic
