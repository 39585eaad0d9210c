#include "gradclinic/instruments/histogram.h"

#include "gradclinic/instruments/gauge.h"

namespace gradclinic::gauges {
namespace {

Probe start(const Training& training) {
  Probe probe;
  std::vector<std::ptrdiff_t> first;  // each quantity's place among the columns
  for (Quantity quantity : all_quantities()) {
    first.push_back(static_cast<std::ptrdiff_t>(probe.columns.size()));
    for (int layer = 1; layer <= layers_with(quantity, training.network.depth()); ++layer)
      for (const std::string& bin : histogram_bin_names())
        probe.columns.push_back({name_of(quantity) + std::string(".histogram.") + bin, layer});
  }
  probe.see = [first](Quantity quantity, int layer, View<const float> tensor, float* values) {
    fill_histogram(tensor,
                   {values + first[static_cast<std::size_t>(quantity)] + (layer - 1) * kHistogramBins, kHistogramBins});
  };
  return probe;
}

}  // namespace

Gauge histogram() {
  return {.id = "histogram",
          .summary = "shares of a tensor's entries by magnitude, in bins of powers of 4 from 2^-40 to 2^16",
          .unit = "share",
          .cost = "about 1 ns an entry",
          .reference = "bins and names in instruments/histogram.h",
          .table = "histograms",
          .start_probe = start};
}

}  // namespace gradclinic::gauges
