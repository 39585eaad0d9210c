#include "gradclinic/fixes/remedy.h"

namespace gradclinic::remedies {
namespace {

std::optional<std::vector<Change>> apply(const FixContext& context) {
  return unless_already_so(context, {{"train.schedule", "cosine"}, {"train.step_every", "0"}});
}

std::vector<std::string> pytorch(const Spec&) {
  return {"scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=TOTAL_STEPS)",
          "scheduler.step()  # after each optimizer.step()"};
}

}  // namespace

Fix cosine_schedule() {
  return {.id = "cosine-schedule",
          .summary = "let the learning rate fall along half a cosine to 0",
          .mechanism =
              "Long steps first, to get far, short ones in the end, to settle; nothing stops learning early as "
              "steep falls do.",
          .reference = "Loshchilov & Hutter 2017, SGDR: Stochastic Gradient Descent with Warm Restarts",
          .apply = apply,
          .pytorch = pytorch};
}

}  // namespace gradclinic::remedies
