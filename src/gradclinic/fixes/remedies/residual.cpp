#include "gradclinic/fixes/remedy.h"

namespace gradclinic::remedies {
namespace {

std::optional<std::vector<Change>> apply(const FixContext& context) {
  return unless_already_so(context, {{"model.residual", "true"}});
}

std::vector<std::string> pytorch(const Spec& fixed) {
  const std::string block = fixed.model.kind == "cnn" ? "pair of convolutions" : "hidden block";
  return {"def forward(self, x):  # of a " + block + " whose input and output have one width",
          "    return x + self.block(x)"};
}

}  // namespace

Fix residual() {
  return {.id = "residual",
          .summary = "add each hidden block's input to its output",
          .mechanism =
              "The sum gives signals and gradients a way around every block, so that depth does not multiply what "
              "blocks do to them.",
          .reference = "He et al. 2016, Deep Residual Learning for Image Recognition",
          .apply = apply,
          .pytorch = pytorch};
}

}  // namespace gradclinic::remedies
