#include "gradclinic/fixes/remedy.h"

namespace gradclinic::remedies {
namespace {

std::optional<std::vector<Change>> apply(const FixContext& context) {
  return with_tested_rate(context, {}, 1.4 * context.spec.train.lr, 10);
}

}  // namespace

Fix higher_learning_rate() {
  return {.id = "higher-learning-rate",
          .summary = "raise the learning rate to what a range test finds",
          .mechanism = "Longer steps get as far as training needs in the steps it has.",
          .reference = "Smith 2017, Cyclical Learning Rates for Training Neural Networks",
          .apply = apply,
          .pytorch = pytorch_optimizer};
}

}  // namespace gradclinic::remedies
