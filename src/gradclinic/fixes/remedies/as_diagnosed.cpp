#include "gradclinic/fixes/remedy.h"

namespace gradclinic::remedies {
namespace {

std::optional<std::vector<Change>> apply(const FixContext& context) {
  if (context.removal.empty()) return std::nullopt;
  return context.removal;
}

}  // namespace

Fix as_diagnosed() {
  return {
      .id = "as-diagnosed",
      .summary = "correct what the diagnosis says to change by hand, in the way that its own trials did",
      .mechanism =
          "A mistake in the code is mended there, and no setting makes up for it. The trials made the change on the "
          "running training, without its code: outputs were handed on without the second softmax, the optimizer was "
          "given the missing parameters.",
      .reference = "Pearl 2009, Causality, ch. 7, on counterfactuals",
      .apply = apply};
}

}  // namespace gradclinic::remedies
