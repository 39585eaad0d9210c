#include <cmath>
#include <numbers>
#include <vector>

#include "gradclinic/data/dataset.h"
#include "gradclinic/data/synthetic.h"

namespace gradclinic::sets {
namespace {

struct Ring {
  double inner;
  double outer;
};
constexpr Ring kRings[] = {{1.4, 2.0}, {0.0, 1.0}};  // class 0 outside, class 1 inside

Dataset load(const Spec& spec, Generator& generator) {
  need_two_features(spec);
  Dataset data = alternating_classes(spec, 2);
  std::vector<double> draws(static_cast<std::size_t>(2 * data.samples()));
  generator.uniform(draws, 0, 1);
  for (Index i = 0; i < data.samples(); ++i) {
    const Ring& ring = kRings[i % 2];
    const double share = draws[static_cast<std::size_t>(2 * i)];
    const double angle = 2 * std::numbers::pi * draws[static_cast<std::size_t>(2 * i + 1)];
    const double inner_square = ring.inner * ring.inner;
    const double radius = std::sqrt(inner_square + share * (ring.outer * ring.outer - inner_square));
    data.inputs.view()(i, 0) = static_cast<float>(radius * std::cos(angle));
    data.inputs.view()(i, 1) = static_cast<float>(radius * std::sin(angle));
  }
  add_noise(data.inputs, spec.data.noise, generator);
  return data;
}

}  // namespace

DatasetSource circle() {
  return {
      .id = "circle",
      .summary =
          "Two classes in the plane of the first two features: inside (1) a disc of radius 1, and outside "
          "it (0) in a ring from 1.4 to 2, both evenly filled. Every feature, also those past the second, "
          "then gets normal noise of deviation `noise`.",
      .reference = "Smilkov et al. 2017, Direct-manipulation visualization of deep networks (TensorFlow playground)",
      .load = load};
}

}  // namespace gradclinic::sets
