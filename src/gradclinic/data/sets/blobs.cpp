#include "gradclinic/data/dataset.h"
#include "gradclinic/data/synthetic.h"

namespace gradclinic::sets {
namespace {

Dataset load(const Spec& spec, Generator& generator) {
  Dataset data = alternating_classes(spec, spec.data.classes);
  const Tensor<float> centres = standard_normal(data.classes, data.features(), generator);
  for (Index i = 0; i < data.samples(); ++i) {
    for (Index feature = 0; feature < data.features(); ++feature)
      data.inputs.view()(i, feature) = centres.view()(i % data.classes, feature);
  }
  add_noise(data.inputs, spec.data.noise, generator);
  return data;
}

}  // namespace

DatasetSource blobs() {
  return {.id = "blobs",
          .summary =
              "One normal cluster a class: standard normal centres, then around them samples of deviation "
              "`noise` in every feature. Sample i has class i modulo `classes`.",
          .reference = "Pedregosa et al. 2011, scikit-learn's make_blobs",
          .load = load};
}

}  // namespace gradclinic::sets
