#include "gradclinic/fixes/remedy.h"

namespace gradclinic::remedies {
namespace {

std::optional<std::vector<Change>> apply(const FixContext& context) {
  return unless_already_so(context, {{"data.shuffle_labels", "false"}});
}

std::vector<std::string> pytorch(const Spec&) {
  return {"order = torch.randperm(len(x))", "x, y = x[order], y[order]  # one order for both"};
}

}  // namespace

Fix repair_labels() {
  return {.id = "repair-labels",
          .summary = "pair every input with its own label again",
          .mechanism =
              "Labels that were shuffled apart from the inputs can be memorized at best. No training mends that; "
              "the data must be mended.",
          .reference = "Zhang et al. 2017, Understanding deep learning requires rethinking generalization",
          .apply = apply,
          .pytorch = pytorch};
}

}  // namespace gradclinic::remedies
