#include <fmt/format.h>

#include <algorithm>

#include "gradclinic/fixes/remedy.h"
#include "gradclinic/fixes/steps.h"

namespace gradclinic::remedies {
namespace {

std::optional<std::vector<Change>> apply(const FixContext& context) {
  return unless_already_so(
      context,
      {{"train.warmup", std::to_string(std::max<std::int64_t>(1, planned_steps(context.spec, context.chart) / 10))}});
}

std::vector<std::string> pytorch(const Spec& fixed) {
  return {fmt::format("scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min(1, (step + 1) / {}))",
                      fixed.train.warmup),
          "scheduler.step()  # after each optimizer.step()"};
}

}  // namespace

Fix warmup() {
  return {.id = "warmup",
          .summary = "let the learning rate rise linearly over the first tenth of the steps",
          .mechanism =
              "The first gradients, of a network that knows nothing, are the largest and the least reliable; short "
              "steps there keep the weights in a sound range.",
          .reference = "Goyal et al. 2017, Accurate, Large Minibatch SGD",
          .apply = apply,
          .pytorch = pytorch};
}

}  // namespace gradclinic::remedies
