#include "gradclinic/fixes/remedy.h"

namespace gradclinic::remedies {
namespace {

std::optional<std::vector<Change>> apply(const FixContext& context) {
  return with_tested_rate(context, {{"train.optimizer", "adam"}}, 0, 0.1);
}

}  // namespace

Fix adam() {
  return {.id = "adam",
          .summary = "use Adam at a rate that a range test finds",
          .mechanism =
              "Each weight's step is its gradient over that gradient's usual size: layers with tiny or huge "
              "gradients learn at one pace.",
          .reference = "Kingma & Ba 2015, Adam: A Method for Stochastic Optimization",
          .apply = apply,
          .pytorch = pytorch_optimizer};
}

}  // namespace gradclinic::remedies
