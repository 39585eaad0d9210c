#include "gradclinic/instruments/outside_survey.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "gradclinic/tensor/statistics_pass.h"

namespace gradclinic {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr Index kLargestSample = 2048;

/// How far apart the kept entries of a sample of that size lie.
Index stride_of(Index size) { return (size + kLargestSample - 1) / kLargestSample; }

template <class Values>
double share_of(const Values& values, auto holds) {
  return static_cast<double>(std::ranges::count_if(values, holds)) / static_cast<double>(values.size());
}

}  // namespace

void OutsideSurvey::add(const UnitTensor& activations, const Activation& activation) {
  if (activations.size() == 0) return;
  if (entries_ == 0) {
    alive_.assign(static_cast<std::size_t>(activations.units), 0);
    saturated_.assign(static_cast<std::size_t>(activations.units), 0);
  }
  if (static_cast<Index>(alive_.size()) != activations.units) return;  // a module that is used at several widths
  const UnitRule rule = {activation.saturated_low, activation.saturated_high, activation.can_die};
  const bool can_saturate = std::isfinite(rule.saturated_low) || std::isfinite(rule.saturated_high);
  count_units(activations, rule, alive_.data(), can_saturate ? saturated_.data() : nullptr);
  entries_ += activations.outer * activations.inner;
  keep_samples(activations);
}

void OutsideSurvey::keep_samples(const UnitTensor& activations) {
  const Index whole = activations.units * activations.inner;
  const Index stride = stride_of(whole);
  const Index size = (whole + stride - 1) / stride;
  if (kept_ == 0) sample_size_ = size;
  if (size != sample_size_) return;  // images of another size
  const Index more = std::min(kSurveySamples - kept_, activations.outer);
  samples_.resize(static_cast<std::size_t>((kept_ + more) * size));
  float* to = samples_.data() + kept_ * size;
  for (Index sample = 0; sample < more; ++sample) {
    const float* values = activations.data + sample * activations.outer / more * whole;
    for (Index i = 0; i < whole; i += stride) *to++ = values[i];
  }
  kept_ += more;
}

void OutsideSurvey::add_weights(View<const float> weights) {
  const TensorStatistics statistics = measure(weights);
  weight_mean_ = statistics.mean;
  weight_deviation_ = statistics.deviation;
}

View<const float> OutsideSurvey::transposed(std::vector<float>& scratch) const {
  constexpr Index kBlock = 16;  // units whose rows stay in the cache from one sample to the next
  scratch.resize(samples_.size());
  for (Index first = 0; first < sample_size_; first += kBlock) {
    const Index end = std::min(first + kBlock, sample_size_);
    for (Index sample = 0; sample < kept_; ++sample)
      for (Index i = first; i < end; ++i) scratch[i * kept_ + sample] = samples_[sample * sample_size_ + i];
  }
  return {scratch.data(), sample_size_, kept_};
}

LayerSurvey OutsideSurvey::take(bool can_die, std::vector<float>& scratch) {
  LayerSurvey result = {kNaN, kNaN, kNaN, kNaN, kNaN, weight_mean_, weight_deviation_};
  if (kept_ > 0) {
    const View<const float> by_unit = transposed(scratch);
    const LayerSurvey signal = survey_activations(by_unit);
    result.alike = signal.alike;
    result.dimensions = signal.dimensions;
    result.spread = signal.spread;
    result.dead = can_die ? share_of(alive_, [](auto alive) { return alive == 0; }) : 0;
    result.saturated = share_of(saturated_, [&](Index part) { return nearly_all(part, entries_); });
  }
  entries_ = kept_ = 0;
  samples_.clear();
  return result;
}

}  // namespace gradclinic
