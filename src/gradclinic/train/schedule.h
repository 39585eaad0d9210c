#pragma once

#include <cstdint>

#include "gradclinic/spec/spec.h"

namespace gradclinic {

/// The learning rate of a step (from 0) out of `total_steps`: linear warm-up lr (step + 1) / warmup over the first
/// `warmup` steps, then constant, falling by step_factor every step_every steps, or half a cosine down to 0
/// (Loshchilov & Hutter 2017) over the steps after the warm-up.
double scheduled_rate(const TrainSpec& train, std::int64_t step, std::int64_t total_steps);

}  // namespace gradclinic
