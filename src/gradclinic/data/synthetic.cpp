#include "gradclinic/data/synthetic.h"

#include <unistd.h>

#include <algorithm>

#include "gradclinic/support/error.h"

namespace gradclinic {
namespace {

constexpr Index kDefaultSamples = 500;

/// The machine's memory in bytes.
Index memory_size() { return sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGE_SIZE); }

}  // namespace

Index synthetic_samples(const Spec& spec) {
  const Index samples = spec.data.samples > 0 ? spec.data.samples : kDefaultSamples;
  const Index columns = std::max({spec.data.features, spec.data.outputs, std::int64_t{1}});
  // Asking for more than there is may end the process rather than fail, so it is not tried.
  if (columns > memory_size() / Index{sizeof(float)} / samples)
    throw BadInput("data.samples", "the samples do not fit into memory",
                   std::to_string(samples) + " of " + std::to_string(columns) + " numbers");
  return samples;
}

void check_classes(const Spec& spec, Index classes) {
  if (classes < 2) throw BadInput("data.classes", "at least 2 classes are needed", std::to_string(classes));
  if (classes > synthetic_samples(spec))
    throw BadInput("data.classes", "more classes than samples", std::to_string(classes),
                   "there are " + std::to_string(synthetic_samples(spec)) + " samples");
}

Tensor<float> standard_normal(Index rows, Index columns, Generator& generator) {
  Tensor<float> values(rows, columns);
  generator.normal(values.view().flat());
  return values;
}

void add_noise(Tensor<float>& values, double deviation, Generator& generator) {
  const Tensor<float> noise = standard_normal(values.rows, values.columns, generator);
  for (std::size_t i = 0; i < values.values.size(); ++i)
    values.values[i] += static_cast<float>(deviation) * noise.values[i];
}

Dataset alternating_classes(const Spec& spec, Index classes) {
  check_classes(spec, classes);
  Dataset data;
  data.inputs = Tensor<float>(synthetic_samples(spec), spec.data.features);
  data.targets = Tensor<float>(synthetic_samples(spec), 1);
  data.task = Task::classification;
  data.classes = classes;
  for (Index i = 0; i < data.samples(); ++i)
    data.targets.values[static_cast<std::size_t>(i)] = static_cast<float>(i % classes);
  return data;
}

void need_two_features(const Spec& spec) {
  if (spec.data.features < 2)
    throw BadInput("data.features", "data.set `" + spec.data.set + "` needs at least 2 features",
                   std::to_string(spec.data.features));
}

}  // namespace gradclinic
