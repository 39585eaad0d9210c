#pragma once

#include "gradclinic/spec/spec.h"

namespace gradclinic {

/// A rough count of a run's floating-point operations under watch, to run the long ones first, to tell the time left
/// and to bound the work of trials.
double estimated_work(const Spec& spec);

}  // namespace gradclinic
