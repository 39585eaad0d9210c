#include <fmt/format.h>

#include <algorithm>

#include "gradclinic/fixes/remedy.h"
#include "gradclinic/fixes/steps.h"

namespace gradclinic::remedies {
namespace {

std::optional<std::vector<Change>> apply(const FixContext& context) {
  const std::int64_t batch = std::max<std::int64_t>(32, 4 * batch_size(context.spec, context.chart));
  if (context.spec.train.batch == 0 || static_cast<double>(batch) > context.chart.fact("samples")) return std::nullopt;
  std::vector<Change> changes = with_steps(planned_steps(context.spec, context.chart));
  changes.push_back({"train.batch", std::to_string(batch)});
  return unless_already_so(context, std::move(changes));
}

std::vector<std::string> pytorch(const Spec& fixed) {
  return {fmt::format("loader = DataLoader(dataset, batch_size={}, shuffle=True)", fixed.train.batch)};
}

}  // namespace

Fix larger_batch() {
  return {.id = "larger-batch",
          .summary = "four times the batch, at least 32, for as many steps",
          .mechanism =
              "A mean over more samples has less noise, so that steps point downhill more often, and batch norm's "
              "statistics are steadier.",
          .reference = "McCandlish et al. 2018, An Empirical Model of Large-Batch Training",
          .apply = apply,
          .pytorch = pytorch};
}

}  // namespace gradclinic::remedies
