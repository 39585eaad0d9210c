#include "gradclinic/instruments/outside_histograms.h"

#include <algorithm>
#include <limits>

#include "gradclinic/instruments/gauge.h"
#include "gradclinic/instruments/histogram.h"

namespace gradclinic {
namespace {

constexpr Index kMostEntries = 4096;
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

/// Odd, as the sides of most tensors are powers of 2: every column of a matrix has its turn.
Index stride_of(Index size) {
  if (size <= kMostEntries) return 1;
  return ((size + kMostEntries - 1) / kMostEntries) | 1;
}

}  // namespace

OutsideHistograms::OutsideHistograms(int modules)
    : bins_(static_cast<std::size_t>(modules) * all_quantities().size() * kHistogramBins, kNaN) {}

float* OutsideHistograms::bins(Quantity quantity, int module) {
  const std::size_t tensor =
      static_cast<std::size_t>(module) * all_quantities().size() + static_cast<std::size_t>(quantity);
  return bins_.data() + tensor * kHistogramBins;
}

template <class EntryAt>
void OutsideHistograms::read(Quantity quantity, int module, Index size, EntryAt entry) {
  if (!wanted_) return;
  const Index stride = stride_of(size);
  sample_.clear();
  for (Index i = 0; i < size; i += stride) sample_.push_back(entry(i));
  fill_histogram({sample_.data(), 1, static_cast<Index>(sample_.size())}, {bins(quantity, module), kHistogramBins});
}

void OutsideHistograms::see(Quantity quantity, int module, View<const float> values) {
  read(quantity, module, values.size(), [&](Index i) { return values.data[i]; });
}

void OutsideHistograms::see_update(int module, View<const float> after, const float* before) {
  read(Quantity::update, module, after.size(), [&](Index i) { return after.data[i] - before[i]; });
}

void OutsideHistograms::finish(std::int64_t step, const std::vector<int>& order, Sink& sink) {
  if (!wanted_) return;
  const int depth = static_cast<int>(order.size());
  if (!opened_) sink.open_table("histograms", histogram_columns(depth));
  opened_ = true;
  row_.clear();
  for (const Quantity quantity : all_quantities())
    for (int layer = 1; layer <= layers_with(quantity, depth); ++layer) {
      const float* const from = bins(quantity, order[static_cast<std::size_t>(layer - 1)]);
      row_.insert(row_.end(), from, from + kHistogramBins);
    }
  sink.append("histograms", step, row_.data());
  std::ranges::fill(bins_, kNaN);
  wanted_ = false;
}

}  // namespace gradclinic
