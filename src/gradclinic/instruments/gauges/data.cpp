#include "gradclinic/instruments/data_facts.h"
#include "gradclinic/instruments/gauge.h"

namespace gradclinic::gauges {
namespace {

Probe start(const Training&) {
  Probe probe;
  for (const NamedFact& fact : data_fact_names()) probe.columns.push_back({std::string("data.") + fact.name, 0});
  probe.measure = [](const ProbeInput& input, float* values) {
    const DataFacts facts = describe_data(input.training.data, input.training.loss);
    for (const NamedFact& fact : data_fact_names()) *values++ = static_cast<float>(facts.*fact.value);
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
