#include "gradclinic/fixes/remedy.h"

namespace gradclinic::remedies {
namespace {

std::optional<std::vector<Change>> apply(const FixContext& context) {
  return with_tested_rate(context, {}, 0, 0.7 * context.spec.train.lr);
}

MidwayChange midway(const FixContext&) { return {.rate_factor = 0.1}; }

}  // namespace

Fix lower_learning_rate() {
  return {.id = "lower-learning-rate",
          .summary = "lower the learning rate to what a range test finds",
          .mechanism = "Steps that are shorter than the valley is wide settle in it instead of jumping over it.",
          .reference = "Smith 2017, Cyclical Learning Rates for Training Neural Networks",
          .apply = apply,
          .pytorch = pytorch_optimizer,
          .midway = midway};
}

}  // namespace gradclinic::remedies
