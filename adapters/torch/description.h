#pragma once

#include <vector>

#include "gradclinic/instruments/outside_watch.h"
#include "gradclinic/spec/spec.h"
#include "layers.h"

namespace gradclinic::torch {

/// Says in a spec what was found of a network: kind "outside", its layers' names, depth, width, the commonest
/// activation function and norm of the hidden layers. `layers` are in the order in which they are called.
void describe_network(const std::vector<Layer>& layers, bool residual, double dropout, ModelSpec& model);

std::vector<OutsideLayer> outside_layers(const std::vector<Layer>& layers);

}  // namespace gradclinic::torch
