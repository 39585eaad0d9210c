#include <algorithm>

#include "gradclinic/data/dataset.h"
#include "gradclinic/data/synthetic.h"
#include "gradclinic/support/error.h"

namespace gradclinic::sets {
namespace {

/// Puts a marker at one step of [begin, end) of every sample, torch.randint(begin, end, (samples, 1)), and adds the
/// value there to the sample's target.
void mark(Dataset& data, Index begin, Index end, Generator& generator) {
  const auto steps = static_cast<std::uint64_t>(std::max<Index>(1, end - begin));
  for (Index i = 0; i < data.samples(); ++i) {
    const auto step = begin + static_cast<Index>(generator.random() % steps);
    float* sample = data.inputs.view().row(i);
    sample[2 * step + 1] = 1;
    data.targets.view()(i, 0) += sample[2 * step];
  }
}

Dataset load(const Spec& spec, Generator& generator) {
  const Index features = spec.data.features;
  if (features < 4 || features % 2 != 0) {
    throw BadInput("data.features", "data.set `adding` needs an even number of features, at least 4",
                   std::to_string(features), "a step is two of them, and each half of the steps has a marker");
  }
  const Index steps = features / 2;
  Dataset data;
  data.inputs = Tensor<float>(synthetic_samples(spec), features);
  data.targets = Tensor<float>(data.samples(), 1);
  Tensor<float> values(data.samples(), steps);
  generator.uniform(values.view().flat(), 0, 1);
  for (Index i = 0; i < data.samples(); ++i) {
    for (Index step = 0; step < steps; ++step) data.inputs.view()(i, 2 * step) = values.view()(i, step);
  }
  mark(data, 0, steps / 2, generator);
  mark(data, steps / 2, steps, generator);
  return data;
}

}  // namespace

DatasetSource adding() {
  return {
      .id = "adding",
      .summary =
          "The adding problem: a sequence of features / 2 steps of two numbers, a value uniform from 0 to 1 and a "
          "marker, 0 or 1. One step of the first half (rounded down) and one of the second is marked; the target is "
          "the sum of the two marked values. torch.rand(samples, steps), then torch.randint(steps // 2, "
          "(samples, 1)), then torch.randint(steps // 2, steps, (samples, 1)). Answering 1 always has a mean "
          "squared error of 1 / 6.",
      .reference = "Hochreiter & Schmidhuber 1997, Long short-term memory, experiment 4",
      .load = load};
}

}  // namespace gradclinic::sets
