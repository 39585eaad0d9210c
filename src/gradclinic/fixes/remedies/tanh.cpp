#include "gradclinic/fixes/remedy.h"

namespace gradclinic::remedies {
namespace {

std::optional<std::vector<Change>> apply(const FixContext& context) {
  return unless_already_so(context, {{"model.activation", "tanh"}});
}

std::vector<std::string> pytorch(const Spec& fixed) { return pytorch_activation(fixed, "nn.Tanh()"); }

}  // namespace

Fix tanh() {
  return {.id = "tanh",
          .summary = "use tanh in the hidden layers",
          .mechanism =
              "Bounded and centred at 0 with slope 1 there: signals cannot grow without limit, and small ones pass "
              "unchanged.",
          .reference = "LeCun et al. 1998, Efficient BackProp",
          .apply = apply,
          .pytorch = pytorch};
}

}  // namespace gradclinic::remedies
