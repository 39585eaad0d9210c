#pragma once

#include "gradclinic/tensor/view.h"

namespace gradclinic {

/// What a tap sees. Per layer l (1..depth): the linear layer's weights (outputs x inputs), their gradients and updates;
/// the activation function's input (features x batch), its output, and the loss's gradients with respect to both.
/// For the output layer, pre_activation is the network's output and there is no activation.
enum class Quantity { weight, weight_grad, update, pre_activation, activation, pre_activation_grad, activation_grad };

/// Reads tensors where they are, while they are hot in cache. It must not change them.
class Tap {
 public:
  virtual ~Tap() = default;
  virtual void see(Quantity quantity, int layer, View<const float> values) = 0;
};

}  // namespace gradclinic
