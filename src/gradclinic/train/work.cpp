#include "gradclinic/train/work.h"

#include <algorithm>

namespace gradclinic {

std::int64_t planned_steps(const TrainSpec& train, std::int64_t samples) {
  if (train.steps > 0) return train.steps;
  constexpr std::int64_t kDefaultEpochs = 200;
  const std::int64_t batch = train.batch > 0 ? std::min(train.batch, samples) : samples;
  return (samples + batch - 1) / batch * (train.epochs > 0 ? train.epochs : kDefaultEpochs);
}

double estimated_work(const Spec& spec) {
  const double samples = spec.data.samples > 0 ? static_cast<double>(spec.data.samples) : 10000;
  const double batch = spec.train.batch > 0 ? std::min(samples, static_cast<double>(spec.train.batch)) : samples;
  const double epochs = spec.train.epochs > 0 ? static_cast<double>(spec.train.epochs) : 200;
  const double steps = spec.train.steps > 0 ? static_cast<double>(spec.train.steps) : epochs * samples / batch;
  const auto width = static_cast<double>(spec.model.width);
  const auto depth = static_cast<double>(spec.model.depth);
  const double parameters = width * (static_cast<double>(spec.data.features) + width * std::max(0.0, depth - 2) + 1);
  // Three products of two operations per weight and sample, what the gauges take of weights and activations, and what
  // a step and a run cost however small they are.
  return steps * (6 * parameters * batch + 20 * (parameters + 4 * depth * width * batch) + 1e5) + 5e7;
}

}  // namespace gradclinic
