#pragma once

#include <vector>

#include "gradclinic/diagnosis/pathology.h"

namespace gradclinic {

/// Trainings of the same data and number of steps that are known to be sound, whatever ails the one in the chart:
/// standardized inputs and targets, an initializer that suits the activation function, Adam, nothing that holds back.
/// What they reach tells what the data allows.
std::vector<std::vector<Change>> reference_recipes(const Chart& chart);

/// The same number of optimizer steps with another batch size.
std::vector<Change> with_batch(const Chart& chart, std::int64_t batch);

/// Optimizer steps that the spec asks for.
std::int64_t planned_steps(const Chart& chart);

/// An initializer that keeps signals alive through layers of this activation function: He for those of ReLU's kind,
/// LeCun for SELU, Xavier for the others.
const char* fitting_initializer(const std::string& activation);

/// The same for a network: by its activation function, of an rnn orthogonal (Saxe et al. 2014), of a transformer Xavier
/// (Vaswani et al. 2017).
const char* fitting_initializer(const ModelSpec& model);

/// Changes that give the network other initial weights, each to be tried by itself: all of them drawn by an initializer
/// that suits it, or, of a network from outside, those alone whose entries are all the same.
std::vector<std::vector<Change>> drawn_anew(const ModelSpec& model);

/// A norm for a network without one: batch norm, of a transformer layer norm.
const char* fitting_norm(const ModelSpec& model);

/// Changes of the architecture that let signals and gradients through more layers or time steps, each to be tried by
/// itself: a norm, residual connections, gated cells, norms before a transformer's sub-layers. Not all are possible for
/// every kind.
std::vector<std::vector<Change>> gentler_architectures(const ModelSpec& model);

}  // namespace gradclinic
