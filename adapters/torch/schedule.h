#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace gradclinic::torch {

/// When to look: at every step, or as often as a share of the training's own time allows. The first three steps are
/// looked at whatever it costs, so that short trainings are seen at all.
class LookSchedule {
 public:
  /// `budget`: the share of a step's time that looking may add; below 0 is every step.
  explicit LookSchedule(double budget) : budget_(budget) {}

  /// A step has ended at `now`; whether to look at the next. `interval`: every how many steps at most.
  bool step(bool looked, std::int64_t interval, std::chrono::steady_clock::time_point now);

 private:
  void learn(double seconds, bool looked);

  double budget_;
  std::int64_t steps_ = 0;
  std::optional<double> plain_;  // seconds of a step that is not looked at: a running mean
  std::optional<double> cost_;   // seconds that a look adds: a running mean
  double spent_ = 0;             // seconds that looks have added
  double time_ = 0;              // seconds of all steps
  std::optional<std::chrono::steady_clock::time_point> last_;
};

}  // namespace gradclinic::torch
