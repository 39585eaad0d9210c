#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gradclinic/fixes/fix.h"

namespace gradclinic {

// What several fixes share.

/// The changes; nothing where the spec has all of them already, or where they make no valid spec or none that is
/// followed.
std::optional<std::vector<Change>> unless_already_so(const FixContext& context, std::vector<Change> changes);

/// A number as a key's value.
std::string value_text(double value);

/// A rate that the range test of the spec under these changes finds between `low` and `high`, with them; nothing where
/// no rate there learns.
std::optional<std::vector<Change>> with_tested_rate(const FixContext& context, std::vector<Change> changes, double low,
                                                    double high);

/// An initializer with what belongs to it: its gain, and biases of 0.
std::vector<Change> initialized(const std::string& initializer, double gain = 1);

/// "for module in model.modules(): ...": an initializer of nn.init on each layer's weights, biases 0. `call` is
/// "orthogonal_({})", the weights in braces.
std::vector<std::string> pytorch_init(const Spec& fixed, const std::string& call);

/// Replaces the modules of the activation function by another, "nn.ReLU()".
std::vector<std::string> pytorch_activation(const Spec& fixed, const std::string& module);

/// The optimizer of a spec, as PyTorch makes it.
std::vector<std::string> pytorch_optimizer(const Spec& spec);

}  // namespace gradclinic
