#include "gradclinic/instruments/gradient_noise.h"

#include <memory>

#include "gradclinic/instruments/gauge.h"

namespace gradclinic::gauges {
namespace {

Probe start(const Training& training) {
  Probe probe;
  probe.columns = gradient_noise_columns(training.network.depth());
  probe.measure = [meter = std::make_shared<GradientNoiseMeter>(training)](const ProbeInput& input, float* values) {
    const StepSummary& batch = input.summary;
    write_gradient_noise(meter->estimate(input.training, batch.inputs, batch.targets),
                         static_cast<double>(batch.inputs.columns), values);
  };
  return probe;
}

}  // namespace

Gauge gradient_noise() {
  return {.id = "gradient_noise",
          .summary =
              "signal, variance, noise scale (samples at which they are equal) and signal to noise of the "
              "batch's gradient, of the whole network and of each layer",
          .unit = "squared loss; scale: samples; signal_to_noise: 1",
          .cost = "about one training step",
          .reference = "McCandlish et al. 2018, An Empirical Model of Large-Batch Training, appendix A.1",
          .table = "noise",
          .start_probe = start};
}

}  // namespace gradclinic::gauges
