#include "gradclinic/fixes/remedy.h"

namespace gradclinic::remedies {
namespace {

std::optional<std::vector<Change>> apply(const FixContext& context) {
  std::vector<Change> changes = initialized("lecun_normal");
  changes.push_back({"model.activation", "selu"});
  return unless_already_so(context, std::move(changes));
}

std::vector<std::string> pytorch(const Spec& fixed) {
  std::vector<std::string> lines = pytorch_activation(fixed, "nn.SELU()");
  for (std::string& line : pytorch_init(fixed, "kaiming_normal_({}, nonlinearity='linear')"))
    lines.push_back(std::move(line));
  return lines;
}

}  // namespace

Fix selu() {
  return {.id = "selu",
          .summary = "use SELU in the hidden layers, with LeCun's initialization",
          .mechanism =
              "With weights of variance 1 over the inputs, its fixed point draws every layer's signal to mean 0 and "
              "variance 1, without a norm.",
          .reference = "Klambauer et al. 2017, Self-Normalizing Neural Networks",
          .apply = apply,
          .pytorch = pytorch};
}

}  // namespace gradclinic::remedies
