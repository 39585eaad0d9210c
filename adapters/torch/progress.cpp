#include "progress.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "objective.h"
#include "samples.h"

namespace gradclinic::torch {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr std::int64_t kSurveyed = 512;   // samples that a survey's accuracy is taken from
constexpr std::int64_t kKept = 1000;      // samples of inputs and targets
constexpr std::int64_t kFeatures = 4096;  // of a sample kept

}  // namespace

void Progress::step(double loss) {
  if (steps_ == 0) first_ = loss;
  last_ = loss;
  sum_ += loss;
  ++steps_;
  ++since_survey_;
}

bool Progress::wants_samples() const { return seen_ < kSurveyed || kept_ < kKept; }

double Progress::see(const SeenLoss& seen, const at::Tensor& inputs) {
  if (seen.loss.empty() || !seen.output.defined() || seen.output.dim() == 0) return kNaN;
  loss_ = seen.loss;
  batch_ = std::max(batch_, seen.output.size(0));
  seen_ += seen.output.size(0);
  if (!looks_scaled_) {
    // A sum, or a weighted one, is in another unit than the mean that the facts are in.
    const double mean = loss_of(seen.loss, seen.output, seen.target).item<double>();
    if (mean > 0 && std::isfinite(last_)) scale_ = last_ / mean;
    looks_scaled_ = true;
  }
  keep(inputs, seen.target);
  const at::Tensor hits = right(seen.loss, seen.output, seen.target);
  if (!hits.defined()) return kNaN;
  const at::Tensor classes = seen.target.to(at::kLong).flatten(), flat_hits = hits.flatten();
  for (std::int64_t i = 0; i < classes.numel(); ++i) {
    auto& [count, right_ones] = classes_[classes.data_ptr<std::int64_t>()[i]];
    ++count;
    right_ones += flat_hits.data_ptr<bool>()[i] ? 1 : 0;
  }
  return flat_hits.to(at::kDouble).mean().item<double>();
}

void Progress::keep(const at::Tensor& inputs, const at::Tensor& targets) {
  if (kept_ >= kKept || !inputs.defined() || inputs.dim() == 0 || inputs.size(0) != targets.size(0)) return;
  const at::Tensor rows = inputs.reshape({inputs.size(0), -1});
  const at::Tensor sample = rows.index_select(1, spread_rows(rows.size(1), kFeatures)).slice(0, 0, kKept - kept_);
  if (!inputs_.empty() &&
      (inputs_[0].size(1) != sample.size(1) || targets_[0].sizes().slice(1) != targets.sizes().slice(1)))
    return;
  inputs_.push_back(sample.clone());
  targets_.push_back(targets.slice(0, 0, kKept - kept_).clone());
  kept_ += inputs_.back().size(0);
}

Progress::Survey Progress::survey() {
  double seen = 0, hits = 0, shares = 0;
  for (const auto& [id, counts] : classes_) {
    seen += counts.first;
    hits += counts.second;
    shares += counts.second / counts.first;
  }
  const Survey result{.steps_done = steps_ == 1 ? 0 : steps_,
                      .loss = since_survey_ > 0 ? sum_ / static_cast<double>(since_survey_) : kNaN,
                      .accuracy = seen > 0 ? hits / seen : kNaN,
                      .balanced_accuracy = seen > 0 ? shares / static_cast<double>(classes_.size()) : kNaN};
  sum_ = 0;
  since_survey_ = seen_ = 0;
  classes_.clear();
  return result;
}

DataFacts Progress::facts() const {
  const double samples = static_cast<double>(std::max(kept_, batch_));
  if (kept_ > 0) {
    DataFacts facts = describe({.inputs = at::cat(inputs_), .targets = at::cat(targets_)}, loss_);
    facts.samples = samples;
    facts.constant_loss *= scale_;
    return facts;
  }
  DataFacts facts;
  for (const NamedFact& fact : data_fact_names()) facts.*fact.value = kNaN;
  facts.samples = static_cast<double>(batch_ * steps_);
  facts.held_out = 0;
  facts.constant_loss = std::isfinite(first_) && first_ != 0 ? std::abs(first_) : 1;
  return facts;
}

}  // namespace gradclinic::torch
