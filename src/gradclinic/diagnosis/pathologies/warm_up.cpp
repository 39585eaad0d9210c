#include <fmt/format.h>

#include "gradclinic/diagnosis/rules.h"

namespace gradclinic::pathologies {
namespace {

std::optional<Finding> examine(const Chart& chart) {
  const double first = chart.median("lr", 0, {0, 0});
  const double highest = chart.largest("lr", 0, kWhole);
  if (!(first < 0.5 * highest)) return std::nullopt;
  return Finding{.confidence = 0.7,
                 .onset_step = 0,
                 .evidence = {{"first learning rate over the highest", first / highest, ""}},
                 .rule = fmt::format("the rate rises from {:.3g} to {:.3g}", first, highest),
                 .sentence = "The rate starts low on purpose, so that the first updates are small. This does no harm."};
}

}  // namespace

Pathology warm_up() {
  return {.id = "warm-up",
          .summary = "small first updates because the rate is warmed up",
          .mechanism =
              "Starting low lets the network leave the steep region around its initialization before steps are long.",
          .reference = "Goyal et al. 2017, Accurate, Large Minibatch SGD",
          .needs = {"lr"},
          .look_alikes = {"learning-rate-too-low", "update-ratio"},
          .stage = Stage::benign,
          .examine = examine};
}

}  // namespace gradclinic::pathologies
