#include <fmt/format.h>

#include "gradclinic/diagnosis/reference_recipes.h"
#include "gradclinic/fixes/remedy.h"

namespace gradclinic::remedies {
namespace {

std::optional<std::vector<Change>> apply(const FixContext& context) {
  const bool halves = fitting_initializer(context.spec.model) == std::string("he_normal");
  return unless_already_so(context, initialized("orthogonal", halves ? 1.414 : 1));
}

std::vector<std::string> pytorch(const Spec& fixed) {
  return pytorch_init(fixed, fmt::format("orthogonal_({{}}, gain={:g})", fixed.model.init_gain));
}

}  // namespace

Fix orthogonal_init() {
  return {.id = "orthogonal-init",
          .summary = "initialize weights as orthogonal matrices, biases with 0",
          .mechanism =
              "An orthogonal matrix changes no length at all, so that signals and gradients keep their size in "
              "every direction; for functions of ReLU's kind the gain sqrt(2) makes up for the half that is cut.",
          .reference =
              "Saxe et al. 2014, Exact solutions to the nonlinear dynamics of learning in deep linear neural "
              "networks",
          .apply = apply,
          .pytorch = pytorch};
}

}  // namespace gradclinic::remedies
