#include <algorithm>

#include "gradclinic/fixes/remedy.h"

namespace gradclinic::remedies {
namespace {

std::optional<std::vector<Change>> apply(const FixContext& context) {
  return unless_already_so(context,
                           {{"train.weight_decay", value_text(std::max(1e-3, 10 * context.spec.train.weight_decay))}});
}

}  // namespace

Fix weight_decay_up() {
  return {.id = "weight-decay-up",
          .summary = "ten times the weight decay, at least 0.001",
          .mechanism = "Small weights make smooth functions, which cannot follow the noise of single samples.",
          .reference = "Krogh & Hertz 1992, A Simple Weight Decay Can Improve Generalization",
          .apply = apply,
          .pytorch = pytorch_optimizer};
}

}  // namespace gradclinic::remedies
