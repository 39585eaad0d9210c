#include "schedule.h"

#include <algorithm>

namespace gradclinic::torch {
namespace {

constexpr std::int64_t kFirst = 3;
constexpr double kPause = 5;     // times a plain step: validation, or a slow loader
constexpr double kDearest = 20;  // times a plain step that a look is believed to cost

}  // namespace

bool LookSchedule::step(bool looked, std::int64_t interval, std::chrono::steady_clock::time_point now) {
  if (last_) learn(std::chrono::duration<double>(now - *last_).count(), looked);
  last_ = now;
  ++steps_;
  if (steps_ % interval != 0) return false;
  if (budget_ < 0 || steps_ < kFirst) return true;
  // Some steps are left alone first, to know what they take; then one is looked at for its cost.
  if (!plain_ || !cost_) return steps_ >= 2 * kFirst && !cost_;
  return spent_ + *cost_ <= budget_ * (time_ - spent_);
}

void LookSchedule::learn(double seconds, bool looked) {
  time_ += seconds;
  if (!looked) {
    if (!plain_)
      plain_ = seconds;
    else if (seconds < kPause * *plain_)
      plain_ = 0.9 * *plain_ + 0.1 * seconds;
  } else if (plain_) {
    const double cost = std::clamp(seconds - *plain_, 0.0, kDearest * *plain_);
    cost_ = cost_ ? 0.7 * *cost_ + 0.3 * cost : cost;
    spent_ += cost;
  }
}

}  // namespace gradclinic::torch
