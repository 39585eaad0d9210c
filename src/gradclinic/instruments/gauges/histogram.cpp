#include "gradclinic/instruments/histogram.h"

#include "gradclinic/instruments/gauge.h"

namespace gradclinic::gauges {
namespace {

Probe start(const Training& training) {
  const int depth = training.network.depth();
  Probe probe{.columns = histogram_columns(depth)};
  std::vector<std::ptrdiff_t> first;  // each quantity's place among the columns
  std::ptrdiff_t place = 0;
  for (Quantity quantity : all_quantities()) {
    first.push_back(place);
    place += layers_with(quantity, depth) * kHistogramBins;
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
