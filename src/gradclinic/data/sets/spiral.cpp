#include <cmath>
#include <numbers>
#include <vector>

#include "gradclinic/data/dataset.h"
#include "gradclinic/data/synthetic.h"

namespace gradclinic::sets {
namespace {

constexpr double kTurns = 1.5;
constexpr double kRadius = 2;

Dataset load(const Spec& spec, Generator& generator) {
  need_two_features(spec);
  Dataset data = alternating_classes(spec, spec.data.classes);
  std::vector<double> along(static_cast<std::size_t>(data.samples()));
  generator.uniform(along, 0, 1);
  for (Index i = 0; i < data.samples(); ++i) {
    const double place = along[static_cast<std::size_t>(i)];
    const double start = double(i % data.classes) / double(data.classes);
    const double angle = 2 * std::numbers::pi * (start + kTurns * place);
    data.inputs.view()(i, 0) = static_cast<float>(kRadius * place * std::cos(angle));
    data.inputs.view()(i, 1) = static_cast<float>(kRadius * place * std::sin(angle));
  }
  add_noise(data.inputs, spec.data.noise, generator);
  return data;
}

}  // namespace

DatasetSource spiral() {
  return {.id = "spiral",
          .summary =
              "Interleaved spiral arms, one a class, in the plane of the first two features: each winds 1.5 "
              "times from the origin to radius 2. Every feature, also those past the second, then gets normal "
              "noise of deviation `noise`. Sample i has class i modulo `classes`.",
          .reference = "Lang & Witbrock 1988, Learning to tell two spirals apart",
          .load = load};
}

}  // namespace gradclinic::sets
