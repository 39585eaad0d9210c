#include "gradclinic/fixes/remedy.h"

namespace gradclinic::remedies {
namespace {

std::optional<std::vector<Change>> apply(const FixContext& context) {
  return unless_already_so(context, {{"train.optimizer", "momentum"}, {"train.momentum", "0.9"}});
}

}  // namespace

Fix momentum() {
  return {.id = "momentum",
          .summary = "SGD with momentum 0.9",
          .mechanism =
              "Steps add up along directions that stay the same and cancel where they alternate: faster along "
              "valleys, calmer across. Momentum near 1 remembers so long that it overshoots.",
          .reference =
              "Polyak 1964; Sutskever et al. 2013, On the importance of initialization and momentum in deep "
              "learning",
          .apply = apply,
          .pytorch = pytorch_optimizer};
}

}  // namespace gradclinic::remedies
