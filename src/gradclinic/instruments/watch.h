#pragma once

#include <memory>
#include <vector>

#include "gradclinic/instruments/gauge.h"

namespace gradclinic {

/// Puts gauges on a run, on the spec's schedule ([watch]), and sends what they read to a sink: a row of table "step"
/// every `watch.every` steps, rows of "histograms", "rank", "noise" and "sharpness" on their own schedules, a row of
/// "validation" whenever the loop validates, one of "data" before the first step, and rows of "survey": before the
/// first step, `watch.surveys` times spread evenly, after the last; their steps count updates done. A step is due for a
/// schedule of n steps when it is a multiple of n. Events: "non-finite" for the first tensor of the run, in the order
/// of the passes, with a NaN or Inf; "gauge-failed" when a probe throws, which ends that probe and nothing else;
/// "diverged" and "interrupted" at the end. Rows without probes allocate nothing once the run has started. Only what
/// the sink throws comes out of it.
class Watch : public Observer {
 public:
  explicit Watch(Sink& sink, std::vector<Gauge> gauges = gauges::all());
  ~Watch() override;

  void on_start(const Training& training) override;
  bool wants_tensors(std::int64_t step) override;
  void see(Quantity quantity, int layer, View<const float> values) override;
  void see_update(int layer, View<const float> after, View<float> before) override;
  void on_step(const Training& training, const StepSummary& summary) override;
  void on_validation(std::int64_t step, double loss, double accuracy) override;
  void on_end(const Outcome& outcome) override;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace gradclinic
