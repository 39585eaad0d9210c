#include "gradclinic/fixes/remedy.h"

namespace gradclinic::remedies {
namespace {

std::optional<std::vector<Change>> apply(const FixContext& context) {
  return unless_already_so(context, {{"model.activation", "leaky_relu"}});
}

std::vector<std::string> pytorch(const Spec& fixed) { return pytorch_activation(fixed, "nn.LeakyReLU()"); }

}  // namespace

Fix leaky_relu() {
  return {.id = "leaky-relu",
          .summary = "use leaky ReLU in the hidden layers",
          .mechanism = "Units keep a small slope below 0, so that none can die: a gradient always passes.",
          .reference = "Maas et al. 2013, Rectifier Nonlinearities Improve Neural Network Acoustic Models",
          .apply = apply,
          .pytorch = pytorch};
}

}  // namespace gradclinic::remedies
