#include "gradclinic/fixes/remedy.h"

namespace gradclinic::remedies {
namespace {

std::optional<std::vector<Change>> apply(const FixContext& context) {
  return unless_already_so(context, {{"train.weight_decay", "0.0"}});
}

}  // namespace

Fix weight_decay_down() {
  return {.id = "weight-decay-down",
          .summary = "turn weight decay off",
          .mechanism = "Decay that outweighs the gradient pulls the weights to 0 faster than data can hold them up.",
          .reference = "Krogh & Hertz 1992, A Simple Weight Decay Can Improve Generalization",
          .apply = apply,
          .pytorch = pytorch_optimizer};
}

}  // namespace gradclinic::remedies
