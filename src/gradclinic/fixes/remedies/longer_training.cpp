#include <fmt/format.h>

#include "gradclinic/fixes/remedy.h"
#include "gradclinic/fixes/steps.h"

namespace gradclinic::remedies {
namespace {

std::optional<std::vector<Change>> apply(const FixContext& context) {
  constexpr int kMostTimes = 20;
  const std::int64_t enough = context.pilot.sufficient_steps(context.spec, kMostTimes);
  if (enough <= planned_steps(context.spec, context.chart)) return std::nullopt;
  return unless_already_so(context, with_steps(enough));
}

std::vector<std::string> pytorch(const Spec& fixed) { return {fmt::format("TOTAL_STEPS = {}", fixed.train.steps)}; }

}  // namespace

Fix longer_training() {
  return {.id = "longer-training",
          .summary = "train until a training of 20 times the steps has learned nearly all it learns",
          .mechanism = "Learning was still going on when training ended.",
          .reference = "Hoffer et al. 2017, Train longer, generalize better",
          .apply = apply,
          .pytorch = pytorch};
}

}  // namespace gradclinic::remedies
