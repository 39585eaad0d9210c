#include "gradclinic/instruments/survey.h"

#include <memory>

#include "gradclinic/instruments/gauge.h"

namespace gradclinic::gauges {
namespace {

Probe start(const Training& training) {
  Probe probe;
  for (const char* name : {"loss", "accuracy", "balanced_accuracy"})
    probe.columns.push_back({std::string("survey.") + name, 0});
  for (int layer = 1; layer <= training.network.depth(); ++layer)
    for (const char* name : {"dead", "saturated", "alike", "dimensions", "spread", "weight_mean", "weight_deviation"})
      probe.columns.push_back({std::string("survey.") + name, layer});
  probe.measure = [survey = std::make_shared<Survey>(training)](const ProbeInput& input, float* values) {
    const SurveyResult& result = survey->take(input.training);
    for (double value : {result.loss, result.accuracy, result.balanced_accuracy}) *values++ = static_cast<float>(value);
    for (const LayerSurvey& layer : result.layers)
      for (double value : {layer.dead, layer.saturated, layer.alike, layer.dimensions, layer.spread, layer.weight_mean,
                           layer.weight_deviation})
        *values++ = static_cast<float>(value);
  };
  return probe;
}

}  // namespace

Gauge survey() {
  return {.id = "survey",
          .summary =
              "a fixed sample of the training data in evaluation mode: loss, accuracy, and for each layer dead and "
              "saturated units, how alike the samples look, the dimensions and the spread of its activations, "
              "mean and deviation of its weights",
          .unit = "loss; shares; directions",
          .cost = "a forward pass over 512 samples",
          .reference = "dimensions: participation ratio, Gao et al. 2017, A theory of multineuronal dimensionality",
          .table = "survey",
          .start_probe = start};
}

}  // namespace gradclinic::gauges
