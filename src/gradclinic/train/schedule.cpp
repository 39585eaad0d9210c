#include "gradclinic/train/schedule.h"

#include <cmath>
#include <numbers>

namespace gradclinic {

double scheduled_rate(const TrainSpec& train, std::int64_t step, std::int64_t total_steps) {
  if (step < train.warmup) return train.lr * static_cast<double>(step + 1) / static_cast<double>(train.warmup);
  const std::int64_t since_warmup = step - train.warmup;
  if (train.schedule == "step") {
    const std::int64_t drops = since_warmup / train.step_every;
    return train.lr * std::pow(train.step_factor, static_cast<double>(drops));
  }
  if (train.schedule == "cosine") {
    const double progress = static_cast<double>(since_warmup) / static_cast<double>(total_steps - train.warmup);
    return train.lr * 0.5 * (1 + std::cos(std::numbers::pi * progress));
  }
  return train.lr;
}

}  // namespace gradclinic
