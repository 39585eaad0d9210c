#pragma once

#include "gradclinic/tensor/view.h"

namespace gradclinic {

/// The three products of a linear layer. weights: outputs x inputs; input: inputs x batch; output: outputs x batch.
/// Small ones run on kernels of our own (the batch is the SIMD axis), large ones on BLAS: see product.cpp for where the
/// two cross. Results do not depend on what else runs.

/// output = weights * input + bias (outputs entries).
template <class T>
void multiply_forward(View<const T> weights, View<const T> input, const T* bias, View<T> output);

/// input_gradient = weights^T * output_gradient.
template <class T>
void multiply_backward(View<const T> weights, View<const T> output_gradient, View<T> input_gradient);

/// weight_gradient = output_gradient * input^T; bias_gradient = the output gradient's row sums.
template <class T>
void multiply_weight_gradient(View<const T> output_gradient, View<const T> input, View<T> weight_gradient,
                              T* bias_gradient);

}  // namespace gradclinic
