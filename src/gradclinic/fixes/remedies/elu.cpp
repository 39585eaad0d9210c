#include "gradclinic/fixes/remedy.h"

namespace gradclinic::remedies {
namespace {

std::optional<std::vector<Change>> apply(const FixContext& context) {
  return unless_already_so(context, {{"model.activation", "elu"}});
}

std::vector<std::string> pytorch(const Spec& fixed) { return pytorch_activation(fixed, "nn.ELU()"); }

}  // namespace

Fix elu() {
  return {.id = "elu",
          .summary = "use ELU in the hidden layers",
          .mechanism =
              "Below 0 it bends smoothly to -1 with a slope that is never quite 0; outputs are nearly centred, "
              "which helps the next layer.",
          .reference = "Clevert et al. 2016, Fast and Accurate Deep Network Learning by Exponential Linear Units",
          .apply = apply,
          .pytorch = pytorch};
}

}  // namespace gradclinic::remedies
