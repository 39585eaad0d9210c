#include <fmt/format.h>

#include "gradclinic/fixes/clipping_threshold.h"
#include "gradclinic/fixes/remedy.h"

namespace gradclinic::remedies {
namespace {

std::optional<std::vector<Change>> apply(const FixContext& context) {
  return unless_already_so(context, {{"train.clip_norm", value_text(clipping_threshold(context.chart))}});
}

std::vector<std::string> pytorch(const Spec& fixed) {
  return {fmt::format("torch.nn.utils.clip_grad_norm_(model.parameters(), {:g})  # before optimizer.step()",
                      fixed.train.clip_norm)};
}

MidwayChange midway(const FixContext& context) { return {.clip_norm = clipping_threshold(context.chart)}; }

}  // namespace

Fix clip_norm() {
  return {.id = "clip-norm",
          .summary = "clip the gradient's norm at the 90th percentile of the norms seen while training was in order",
          .mechanism = "One outsized gradient no longer throws the weights far away; the direction of the step stays.",
          .reference = "Pascanu et al. 2013, On the difficulty of training recurrent neural networks",
          .apply = apply,
          .pytorch = pytorch,
          .midway = midway};
}

}  // namespace gradclinic::remedies
