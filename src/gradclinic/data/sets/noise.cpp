#include "gradclinic/data/dataset.h"
#include "gradclinic/data/synthetic.h"

namespace gradclinic::sets {
namespace {

/// torch.randint(classes, (samples, 1)).
Tensor<float> random_labels(Index samples, Index classes, Generator& generator) {
  Tensor<float> labels(samples, 1);
  for (float& label : labels.values)
    label = static_cast<float>(generator.random() % static_cast<std::uint64_t>(classes));
  return labels;
}

Dataset load(const Spec& spec, Generator& generator) {
  Dataset data;
  data.inputs = standard_normal(synthetic_samples(spec), spec.data.features, generator);
  if (spec.train.loss == "mse") {
    data.targets = standard_normal(data.samples(), spec.data.outputs, generator);
    return data;
  }
  check_classes(spec, spec.data.classes);
  data.task = Task::classification;
  data.classes = spec.data.classes;
  data.targets = random_labels(data.samples(), data.classes, generator);
  return data;
}

}  // namespace

DatasetSource noise() {
  return {.id = "noise",
          .summary =
              "Standard normal inputs and targets that do not depend on them: torch.randn(samples, features), "
              "then torch.randn(samples, outputs). With a classifying loss the targets are random classes. There "
              "is nothing to learn but the samples themselves.",
          .reference = "Zhang et al. 2017, Understanding deep learning requires rethinking generalization",
          .load = load};
}

}  // namespace gradclinic::sets
