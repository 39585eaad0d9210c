#pragma once

#include "gradclinic/diagnosis/chart.h"
#include "gradclinic/diagnosis/pathology.h"

namespace gradclinic {

/// Optimizer steps that a spec asks for; `chart`: a run on the same data, which tells how many samples there are.
std::int64_t planned_steps(const Spec& spec, const Chart& chart);

/// Samples of a step's batch.
std::int64_t batch_size(const Spec& spec, const Chart& chart);

/// That many steps, instead of what the spec says.
std::vector<Change> with_steps(std::int64_t steps);

}  // namespace gradclinic
