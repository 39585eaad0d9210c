#pragma once

#include <memory>

#include "gradclinic/instruments/sink.h"
#include "gradclinic/train/observer.h"

namespace gradclinic {

/// Puts every gauge of the catalogue on a run, on the spec's schedule ([watch]), and sends what they read to a sink.
/// Adds the update-to-weight ratio per layer ("update_ratio"), the first non-finite tensor as an event, and the
/// validation table. Allocates nothing after the first measured step.
class Watch : public Observer {
 public:
  explicit Watch(Sink& sink);
  ~Watch() override;

  void on_start(const Training& training) override;
  bool wants_tensors(std::int64_t step) override;
  void see(Quantity quantity, int layer, View<const float> values) override;
  void on_step(const Training& training, const StepSummary& summary) override;
  void on_validation(std::int64_t step, double loss, double accuracy) override;
  void on_end(const Outcome& outcome) override;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace gradclinic
