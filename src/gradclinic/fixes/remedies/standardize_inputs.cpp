#include "gradclinic/fixes/remedy.h"

namespace gradclinic::remedies {
namespace {

std::optional<std::vector<Change>> apply(const FixContext& context) {
  return unless_already_so(context, {{"data.standardize", "true"}});
}

std::vector<std::string> pytorch(const Spec&) {
  return {"mean, deviation = train_x.mean(0), train_x.std(0).clamp_min(1e-8)",
          "train_x, test_x = (train_x - mean) / deviation, (test_x - mean) / deviation"};
}

}  // namespace

Fix standardize_inputs() {
  return {.id = "standardize-inputs",
          .summary = "give every input feature mean 0 and deviation 1",
          .mechanism =
              "Inputs of one moderate size suit what initializers assume: units start where their slope is, and one "
              "rate fits all weights.",
          .reference = "LeCun et al. 1998, Efficient BackProp",
          .apply = apply,
          .pytorch = pytorch};
}

}  // namespace gradclinic::remedies
