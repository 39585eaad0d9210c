#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <vector>

#include "gradclinic/tensor/tensor.h"
#include "gradclinic/train/train.h"

namespace gradclinic {

inline Tensor<float> transposed(View<const float> values) {
  Tensor<float> result(values.columns, values.rows);
  for (Index row = 0; row < values.rows; ++row)
    for (Index column = 0; column < values.columns; ++column) result.view()(column, row) = values(row, column);
  return result;
}

/// The network's outputs in evaluation, samples x outputs.
inline Tensor<float> evaluate(Network<float>& network, const Dataset& data, Index largest_batch) {
  Tensor<float> outputs(data.samples(), network.outputs());
  const Tensor<float> inputs = transposed(data.inputs.view());
  for (Index first = 0; first < data.samples(); first += largest_batch) {
    const Index size = std::min(largest_batch, data.samples() - first);
    Tensor<float> batch(data.features(), size);
    for (Index feature = 0; feature < data.features(); ++feature)
      std::copy_n(inputs.view().row(feature) + first, size, batch.view().row(feature));
    const View<const float> answer = network.forward(batch.view(), {.training = false});
    for (Index output = 0; output < answer.rows; ++output)
      for (Index i = 0; i < size; ++i) outputs.view()(first + i, output) = answer(output, i);
  }
  return outputs;
}

/// An observer that keeps everything: each step's figures, and the L2 norm of every tensor shown.
class Recording : public Observer {
 public:
  using Norms = std::map<Quantity, std::map<int, double>>;

  explicit Recording(std::function<bool(std::int64_t)> wanted = [](std::int64_t) { return true; })
      : wanted_(std::move(wanted)) {}

  void on_start(const Training& training) override {
    training_ = &training;
    initial.assign(training.network.values().begin(), training.network.values().end());
  }
  bool wants_tensors(std::int64_t step) override {
    norms.clear();
    return wanted_(step);
  }
  void see(Quantity quantity, int layer, View<const float> values) override {
    double sum = 0;
    for (const float value : values.flat()) sum += static_cast<double>(value) * static_cast<double>(value);
    norms[quantity][layer] = std::sqrt(sum);
  }
  void on_step(const Training&, const StepSummary& summary) override {
    if (steps.empty()) first_norms = norms;
    last_norms = norms;
    steps.push_back(summary);
  }
  void on_validation(std::int64_t step, double loss, double accuracy) override {
    validations.push_back({step, loss, accuracy});
  }
  void on_end(const Outcome& outcome) override {
    ending = outcome;
    final.assign(training_->network.values().begin(), training_->network.values().end());
    evaluation = evaluate(training_->network, training_->data.training, training_->largest_batch);
  }

  /// One figure of every step, as steps.*figure.
  std::vector<double> series(double StepSummary::*figure) const {
    std::vector<double> values;
    for (const StepSummary& step : steps) values.push_back(step.*figure);
    return values;
  }

  struct Validation {
    std::int64_t step;
    double loss;
    double accuracy;
  };

  std::vector<StepSummary> steps;
  std::vector<Validation> validations;
  std::vector<float> initial;
  std::vector<float> final;
  Tensor<float> evaluation;  ///< the training inputs' outputs in evaluation mode, after the last step
  Norms first_norms;
  Norms last_norms;
  Outcome ending;

 private:
  std::function<bool(std::int64_t)> wanted_;
  const Training* training_ = nullptr;
  Norms norms;
};

}  // namespace gradclinic
