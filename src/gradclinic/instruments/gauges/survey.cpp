#include "gradclinic/instruments/survey.h"

#include <memory>

#include "gradclinic/instruments/gauge.h"

namespace gradclinic::gauges {
namespace {

Probe start(const Training& training) {
  Probe probe;
  probe.columns = survey_columns(training.network.depth());
  probe.measure = [survey = std::make_shared<Survey>(training)](const ProbeInput& input, float* values) {
    write_survey(survey->take(input.training), values);
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
