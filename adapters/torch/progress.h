#pragma once

#include <ATen/core/Tensor.h>

#include <limits>
#include <map>
#include <string>

#include "gradclinic/instruments/data_facts.h"
#include "op_watch.h"

namespace gradclinic::torch {

/// How a training that only its loop knows goes, from survey to survey: means over the batches between, and a sample of
/// its data.
class Progress {
 public:
  struct Survey {
    std::int64_t steps_done = 0;
    double loss = 0;
    double accuracy = 0;
    double balanced_accuracy = 0;
  };

  void step(double loss);
  /// What the loss of a step was computed from, and what the first layer has read; its accuracy, NaN where there is
  /// none.
  double see(const SeenLoss& seen, const at::Tensor& inputs);
  /// Whether more of that is of use.
  bool wants_samples() const;

  std::int64_t steps() const { return steps_; }
  double last() const { return last_; }
  std::int64_t batch() const { return batch_; }
  const std::string& loss() const { return loss_; }
  std::int64_t since_survey() const { return since_survey_; }
  /// What lies since the last survey; the first is of the first step, before any update.
  Survey survey();
  /// Facts of the sample; of a loss that is none of net/losses nothing is known but what it began with, which becomes
  /// its unit.
  DataFacts facts() const;

 private:
  void keep(const at::Tensor& inputs, const at::Tensor& targets);

  std::int64_t steps_ = 0, since_survey_ = 0, batch_ = 0, kept_ = 0, seen_ = 0;
  double first_ = std::numeric_limits<double>::quiet_NaN(), last_ = first_, sum_ = 0, scale_ = 1;
  bool looks_scaled_ = false;
  std::string loss_;
  std::map<std::int64_t, std::pair<double, double>> classes_;  // seen, right
  std::vector<at::Tensor> inputs_, targets_;
};

}  // namespace gradclinic::torch
