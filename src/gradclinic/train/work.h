#pragma once

#include <cstdint>

#include "gradclinic/spec/spec.h"

namespace gradclinic {

/// Optimizer steps that a spec asks for on so many training samples: its steps, or its epochs (200 with neither) times
/// the batches of one, the last of which may be smaller.
std::int64_t planned_steps(const TrainSpec& train, std::int64_t samples);

/// A rough count of a run's floating-point operations under watch, to run the long ones first, to tell the time left
/// and to bound the work of trials.
double estimated_work(const Spec& spec);

}  // namespace gradclinic
