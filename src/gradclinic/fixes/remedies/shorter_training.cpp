#include <fmt/format.h>

#include "gradclinic/fixes/remedy.h"
#include "gradclinic/fixes/steps.h"

namespace gradclinic::remedies {
namespace {

std::optional<std::vector<Change>> apply(const FixContext& context) {
  const std::vector<Point>& held_out = context.chart.course().validation;
  if (held_out.empty()) return std::nullopt;
  const std::int64_t best = Course::best(held_out).step;
  if (best >= planned_steps(context.spec, context.chart)) return std::nullopt;
  return unless_already_so(context, with_steps(best));
}

std::vector<std::string> pytorch(const Spec& fixed) {
  return {fmt::format("TOTAL_STEPS = {}  # or keep the weights of the best held-out loss", fixed.train.steps)};
}

}  // namespace

Fix shorter_training() {
  return {.id = "shorter-training",
          .summary = "stop at the step where samples held out were predicted best",
          .mechanism = "From there on the network learns single samples by heart, at the cost of all others.",
          .reference = "Prechelt 1998, Early Stopping - But When?",
          .apply = apply,
          .pytorch = pytorch};
}

}  // namespace gradclinic::remedies
