#include "gradclinic/fixes/remedy.h"

namespace gradclinic::remedies {
namespace {

std::optional<std::vector<Change>> apply(const FixContext& context) {
  return unless_already_so(context, {{"model.activation", "relu"}});
}

std::vector<std::string> pytorch(const Spec& fixed) { return pytorch_activation(fixed, "nn.ReLU()"); }

}  // namespace

Fix relu() {
  return {.id = "relu",
          .summary = "use ReLU in the hidden layers",
          .mechanism =
              "It does not flatten above 0, so that gradients pass whole through active units, and it makes the "
              "network nonlinear.",
          .reference = "Glorot et al. 2011, Deep Sparse Rectifier Neural Networks",
          .apply = apply,
          .pytorch = pytorch};
}

}  // namespace gradclinic::remedies
