#pragma once

#include <functional>
#include <vector>

#include "gradclinic/tensor/tensor.h"
#include "gradclinic/train/observer.h"

namespace gradclinic {

/// Passes everything on to another observer, if there is one, and keeps the parameters a run ended with.
class Relay : public Observer {
 public:
  explicit Relay(Observer* to) : to_(to) {}

  void on_start(const Training& training) override {
    network_ = &training.network;
    if (to_) to_->on_start(training);
  }
  bool wants_tensors(std::int64_t step) override { return to_ && to_->wants_tensors(step); }
  void see(Quantity quantity, int layer, View<const float> values) override {
    if (on_see) on_see(quantity, layer, values);
    if (to_) to_->see(quantity, layer, values);
  }
  void see_update(int layer, View<const float> after, View<float> before) override {
    if (on_see) {
      Tensor<float> update(after.rows, after.columns);
      for (Index i = 0; i < after.size(); ++i) update.values[i] = after.data[i] - before.data[i];
      on_see(Quantity::update, layer, update.view());
    }
    if (to_) to_->see_update(layer, after, before);
  }
  void on_step(const Training& training, const StepSummary& summary) override {
    if (to_) to_->on_step(training, summary);
    if (after_step) after_step(training, summary);
  }
  void on_validation(std::int64_t step, double loss, double accuracy) override {
    if (to_) to_->on_validation(step, loss, accuracy);
  }
  void on_end(const Outcome& outcome) override {
    final_values.assign(network_->values().begin(), network_->values().end());
    if (to_) to_->on_end(outcome);
  }

  std::function<void(Quantity, int, View<const float>)> on_see;
  std::function<void(const Training&, const StepSummary&)> after_step;
  std::vector<float> final_values;

 private:
  Observer* to_;
  Network<float>* network_ = nullptr;
};

}  // namespace gradclinic
