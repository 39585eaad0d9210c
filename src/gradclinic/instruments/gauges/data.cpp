#include "gradclinic/instruments/data_facts.h"
#include "gradclinic/instruments/gauge.h"

namespace gradclinic::gauges {
namespace {

/// The facts' names, as columns are called, and where they are kept.
struct Fact {
  const char* name;
  double DataFacts::*value;
};
constexpr Fact kFacts[] = {{"samples", &DataFacts::samples},
                           {"held_out", &DataFacts::held_out},
                           {"features", &DataFacts::features},
                           {"outputs", &DataFacts::outputs},
                           {"input_non_finite", &DataFacts::input_non_finite},
                           {"input_rms", &DataFacts::input_rms},
                           {"input_mean_largest", &DataFacts::input_mean_largest},
                           {"input_deviation_least", &DataFacts::input_deviation_least},
                           {"input_deviation_largest", &DataFacts::input_deviation_largest},
                           {"input_constant", &DataFacts::input_constant},
                           {"target_non_finite", &DataFacts::target_non_finite},
                           {"target_mean", &DataFacts::target_mean},
                           {"target_deviation", &DataFacts::target_deviation},
                           {"target_values", &DataFacts::target_values},
                           {"target_whole", &DataFacts::target_whole},
                           {"largest_class", &DataFacts::largest_class},
                           {"smallest_class", &DataFacts::smallest_class},
                           {"constant_loss", &DataFacts::constant_loss},
                           {"neighbour_agreement", &DataFacts::neighbour_agreement},
                           {"neighbour_chance", &DataFacts::neighbour_chance},
                           {"neighbour_uncertainty", &DataFacts::neighbour_uncertainty}};

Probe start(const Training&) {
  Probe probe;
  for (const Fact& fact : kFacts) probe.columns.push_back({std::string("data.") + fact.name, 0});
  probe.measure = [](const ProbeInput& input, float* values) {
    const DataFacts facts = describe_data(input.training.data, input.training.loss);
    for (const Fact& fact : kFacts) *values++ = static_cast<float>(facts.*fact.value);
  };
  return probe;
}

}  // namespace

Gauge data() {
  return {.id = "data",
          .summary =
              "the training data before any training: sizes, scales of inputs and targets, shares of classes, the "
              "loss of the best constant prediction, agreement of nearest neighbours",
          .unit = "of the data",
          .cost = "two passes over the data and a product of 600 samples with themselves, once a run",
          .reference = "neighbours: Cover and Hart 1967, Nearest neighbor pattern classification",
          .table = "data",
          .start_probe = start};
}

}  // namespace gradclinic::gauges
