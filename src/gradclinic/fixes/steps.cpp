#include "gradclinic/fixes/steps.h"

#include <algorithm>

#include "gradclinic/train/work.h"

namespace gradclinic {

std::int64_t planned_steps(const Spec& spec, const Chart& chart) {
  return planned_steps(spec.train, static_cast<std::int64_t>(std::max(1.0, chart.fact("samples"))));
}

std::int64_t batch_size(const Spec& spec, const Chart& chart) {
  const auto samples = static_cast<std::int64_t>(std::max(1.0, chart.fact("samples")));
  return spec.train.batch > 0 ? std::min(spec.train.batch, samples) : samples;
}

std::vector<Change> with_steps(std::int64_t steps) {
  return {{"train.epochs", "0"}, {"train.steps", std::to_string(std::max<std::int64_t>(1, steps))}};
}

}  // namespace gradclinic
