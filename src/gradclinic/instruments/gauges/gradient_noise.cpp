#include "gradclinic/instruments/gradient_noise.h"

#include <memory>

#include "gradclinic/instruments/gauge.h"

namespace gradclinic::gauges {
namespace {

Probe start(const Training& training) {
  Probe probe;
  for (int layer = 0; layer <= training.network.depth(); ++layer)
    for (const char* name : {"signal", "variance", "scale", "signal_to_noise"})
      probe.columns.push_back({std::string("gradient_noise.") + name, layer});
  probe.measure = [meter = std::make_shared<GradientNoiseMeter>(training)](const ProbeInput& input, float* values) {
    const double batch = static_cast<double>(input.summary.inputs.columns);
    for (const GradientNoise& noise : meter->estimate(input.training, input.summary.inputs, input.summary.targets)) {
      *values++ = static_cast<float>(noise.signal);
      *values++ = static_cast<float>(noise.variance);
      *values++ = static_cast<float>(noise.scale());
      *values++ = static_cast<float>(noise.signal_to_noise(batch));
    }
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
