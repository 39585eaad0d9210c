#include <cmath>
#include <vector>

#include "gradclinic/data/dataset.h"
#include "gradclinic/data/synthetic.h"

namespace gradclinic::sets {
namespace {

constexpr Index kHiddenUnits = 16;
constexpr double kGain = 2;  // takes tanh well out of its linear range

double dot(const float* left, const float* right, Index count) {
  double sum = 0;
  for (Index i = 0; i < count; ++i) sum += double(left[i]) * right[i];
  return sum;
}

Dataset load(const Spec& spec, Generator& generator) {
  const Index features = spec.data.features;
  Dataset data;
  data.inputs = standard_normal(synthetic_samples(spec), features, generator);
  const Tensor<float> hidden = standard_normal(kHiddenUnits, features, generator);
  const Tensor<float> output = standard_normal(spec.data.outputs, kHiddenUnits, generator);

  data.targets = Tensor<float>(data.samples(), spec.data.outputs);
  std::vector<float> units(kHiddenUnits);
  for (Index sample = 0; sample < data.samples(); ++sample) {
    for (Index unit = 0; unit < kHiddenUnits; ++unit) {
      const double weighted = dot(hidden.view().row(unit), data.inputs.view().row(sample), features);
      units[unit] = static_cast<float>(std::tanh(kGain * weighted / std::sqrt(double(features))));
    }
    for (Index target = 0; target < spec.data.outputs; ++target) {
      const double sum = dot(output.view().row(target), units.data(), kHiddenUnits);
      data.targets.view()(sample, target) = static_cast<float>(sum / std::sqrt(double(kHiddenUnits)));
    }
  }
  add_noise(data.targets, spec.data.noise, generator);
  return data;
}

}  // namespace

DatasetSource teacher() {
  return {.id = "teacher",
          .summary =
              "Regression on what a random network answers: y = V tanh(2 W x / sqrt(features)) / 4 plus normal "
              "noise of deviation `noise`, with 16 hidden units and standard normal x, W (16 x features) and V "
              "(outputs x 16), drawn in this order. A student can learn it down to noise^2.",
          .reference = "Saad & Solla 1995, On-line learning in soft committee machines",
          .load = load};
}

}  // namespace gradclinic::sets
