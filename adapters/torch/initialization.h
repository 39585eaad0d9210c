#pragma once

#include "gradclinic/spec/spec.h"
#include "layers.h"

namespace gradclinic::torch {

/// Draws the layers' weights anew by model.init, and sets their biases to 0; norms and tables stay. A convolution's
/// weights are drawn as a matrix of outputs x fan-in, transposed ones as inputs x the rest. Draws come from a generator
/// of their own, made from the seed. Multiplies all weights by model.init_gain; with init = torch they are kept as they
/// are. Throws BadInput where the initializer needs a layer's data.
void initialize(const std::vector<Layer>& layers, const Spec& spec);

}  // namespace gradclinic::torch
