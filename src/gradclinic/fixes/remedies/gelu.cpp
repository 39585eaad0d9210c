#include "gradclinic/fixes/remedy.h"

namespace gradclinic::remedies {
namespace {

std::optional<std::vector<Change>> apply(const FixContext& context) {
  return unless_already_so(context, {{"model.activation", "gelu"}});
}

std::vector<std::string> pytorch(const Spec& fixed) { return pytorch_activation(fixed, "nn.GELU()"); }

}  // namespace

Fix gelu() {
  return {
      .id = "gelu",
      .summary = "use GELU in the hidden layers",
      .mechanism = "A smooth step times the input: a slope nearly everywhere, so that units do not die, and no kink.",
      .reference = "Hendrycks & Gimpel 2016, Gaussian Error Linear Units",
      .apply = apply,
      .pytorch = pytorch};
}

}  // namespace gradclinic::remedies
