#include "gradclinic/theory/facts.h"

#include <algorithm>

namespace gradclinic {

InputFacts input_facts(const Dataset& data) {
  const double samples = static_cast<double>(data.samples());
  const double count = samples * static_cast<double>(data.features());
  double sum = 0, squares = 0;
  std::vector<double> feature_sums(static_cast<std::size_t>(data.features()));
  for (Index sample = 0; sample < data.samples(); ++sample) {
    for (Index feature = 0; feature < data.features(); ++feature) {
      const double value = data.inputs.view()(sample, feature);
      feature_sums[feature] += value;
      squares += value * value;
      sum += value;
    }
  }
  // The squared sum of a feature holds every pair of samples, each sample with itself included.
  double pairs = -squares;
  for (const double feature_sum : feature_sums) pairs += feature_sum * feature_sum;
  return {.features = data.features(),
          .mean_square = squares / count,
          .mean = sum / count,
          .overlap = samples > 1 ? pairs / (count * (samples - 1)) : squares / count};
}

TargetFacts target_facts(const Dataset& data) {
  if (data.task == Task::classification) return {.classes = data.classes};
  double sum = 0, squares = 0;
  for (const double value : data.targets.values) {
    sum += value;
    squares += value * value;
  }
  const double count = static_cast<double>(data.targets.values.size());
  const double mean = sum / count;
  return {.mean = mean, .variance = std::max(squares / count - mean * mean, 0.0)};
}

}  // namespace gradclinic
