#include "gradclinic/fixes/remedy.h"

namespace gradclinic::remedies {
namespace {

std::optional<std::vector<Change>> apply(const FixContext& context) {
  return with_tested_rate(context, {{"train.optimizer", "adamw"}}, 0, 0.1);
}

}  // namespace

Fix adamw() {
  return {.id = "adamw",
          .summary = "use AdamW at a rate that a range test finds",
          .mechanism = "As Adam, with weight decay apart from the gradient, so that it acts on all weights alike.",
          .reference = "Loshchilov & Hutter 2019, Decoupled Weight Decay Regularization",
          .apply = apply,
          .pytorch = pytorch_optimizer};
}

}  // namespace gradclinic::remedies
