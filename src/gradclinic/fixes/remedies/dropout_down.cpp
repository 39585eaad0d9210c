#include "gradclinic/fixes/remedy.h"

namespace gradclinic::remedies {
namespace {

std::optional<std::vector<Change>> apply(const FixContext& context) {
  return unless_already_so(context, {{"model.dropout", "0.0"}});
}

std::vector<std::string> pytorch(const Spec&) {
  return {"for module in model.modules():", "    if isinstance(module, nn.Dropout):", "        module.p = 0.0"};
}

}  // namespace

Fix dropout_down() {
  return {.id = "dropout-down",
          .summary = "turn dropout off",
          .mechanism = "Dropout removes units at random; too much of it leaves too little of the signal to learn from.",
          .reference = "Srivastava et al. 2014, Dropout: A Simple Way to Prevent Neural Networks from Overfitting",
          .apply = apply,
          .pytorch = pytorch};
}

}  // namespace gradclinic::remedies
