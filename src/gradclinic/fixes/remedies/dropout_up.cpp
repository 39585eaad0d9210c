#include <fmt/format.h>

#include <algorithm>

#include "gradclinic/fixes/remedy.h"

namespace gradclinic::remedies {
namespace {

std::optional<std::vector<Change>> apply(const FixContext& context) {
  if (context.spec.model.dropout >= 0.5) return std::nullopt;
  return unless_already_so(context, {{"model.dropout", value_text(std::min(0.5, context.spec.model.dropout + 0.2))}});
}

std::vector<std::string> pytorch(const Spec& fixed) {
  return {fmt::format("nn.Dropout({:g}),  # after each hidden activation", fixed.model.dropout)};
}

}  // namespace

Fix dropout_up() {
  return {.id = "dropout-up",
          .summary = "drop 0.2 more of the activations, at most half",
          .mechanism = "Units cannot rely on single others, so that the network memorizes less.",
          .reference = "Srivastava et al. 2014, Dropout: A Simple Way to Prevent Neural Networks from Overfitting",
          .apply = apply,
          .pytorch = pytorch};
}

}  // namespace gradclinic::remedies
