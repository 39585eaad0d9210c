#pragma once

#include <string>
#include <string_view>

namespace gradclinic::torch {

/// What an operation does to the signal on its way through a network.
enum class Role {
  multiply,    ///< by a layer's weights
  look_up,     ///< in a table, which is no layer
  norm,        ///< normalizes
  activation,  ///< an activation function
  pass,        ///< hands on or gathers entries
  add,
  loss,
  other
};

struct Operation {
  Role role = Role::other;
  std::string id;  ///< activation (multiply: of a recurrent layer, its own): of net/activations; norm: "batch" or
                   ///< "layer"; loss: of net/losses
};

/// By its name in LibTorch without namespace and the underscore of its in-place form: "relu".
const Operation& operation_named(std::string_view name);

}  // namespace gradclinic::torch
