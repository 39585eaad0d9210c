#include "gradclinic/fixes/steps.h"

#include <algorithm>
#include <cmath>

namespace gradclinic {

std::int64_t planned_steps(const Spec& spec, const Chart& chart) {
  if (spec.train.steps > 0) return spec.train.steps;
  constexpr std::int64_t kDefaultEpochs = 200;  // docs/spec.md
  const double samples = std::max(1.0, chart.fact("samples"));
  const double batches = std::ceil(samples / static_cast<double>(batch_size(spec, chart)));
  return static_cast<std::int64_t>(batches) * (spec.train.epochs > 0 ? spec.train.epochs : kDefaultEpochs);
}

std::int64_t batch_size(const Spec& spec, const Chart& chart) {
  const auto samples = static_cast<std::int64_t>(std::max(1.0, chart.fact("samples")));
  return spec.train.batch > 0 ? std::min(spec.train.batch, samples) : samples;
}

std::vector<Change> with_steps(std::int64_t steps) {
  return {{"train.epochs", "0"}, {"train.steps", std::to_string(std::max<std::int64_t>(1, steps))}};
}

}  // namespace gradclinic
