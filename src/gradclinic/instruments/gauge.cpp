#include "gradclinic/instruments/gauge.h"

namespace gradclinic {

const std::vector<Quantity>& all_quantities() {
  static const std::vector<Quantity> quantities = {
      Quantity::weight,     Quantity::weight_grad,         Quantity::update,         Quantity::pre_activation,
      Quantity::activation, Quantity::pre_activation_grad, Quantity::activation_grad};
  return quantities;
}

const char* name_of(Quantity quantity) {
  switch (quantity) {
    case Quantity::weight:
      return "weight";
    case Quantity::weight_grad:
      return "weight_grad";
    case Quantity::update:
      return "update";
    case Quantity::pre_activation:
      return "pre_activation";
    case Quantity::activation:
      return "activation";
    case Quantity::pre_activation_grad:
      return "pre_activation_grad";
    case Quantity::activation_grad:
      return "activation_grad";
  }
  return "";
}

int layers_with(Quantity quantity, int depth) {
  const bool hidden_only = quantity == Quantity::activation || quantity == Quantity::activation_grad;
  return hidden_only ? depth - 1 : depth;
}

}  // namespace gradclinic
