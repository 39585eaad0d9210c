#include "gradclinic/fixes/remedy.h"

namespace gradclinic::remedies {
namespace {

std::optional<std::vector<Change>> apply(const FixContext& context) {
  return unless_already_so(context, {{"train.clip_norm", "0.0"}, {"train.clip_value", "0.0"}});
}

std::vector<std::string> pytorch(const Spec&) {
  return {"# leave out torch.nn.utils.clip_grad_norm_ and clip_grad_value_"};
}

}  // namespace

Fix undo_clipping() {
  return {.id = "undo-clipping",
          .summary = "do not clip gradients",
          .mechanism = "A threshold below the usual norm shortens every step: it acts as a far smaller learning rate.",
          .reference = "Pascanu et al. 2013, On the difficulty of training recurrent neural networks",
          .apply = apply,
          .pytorch = pytorch};
}

}  // namespace gradclinic::remedies
