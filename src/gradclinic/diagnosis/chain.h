#pragma once

#include <vector>

#include "gradclinic/diagnosis/judgement.h"

namespace gradclinic {

/// Orders the findings of a training that fails. First the cause: of the suspects whose removal restores most of what
/// can be restored, weighted with the evidence, the one furthest upstream. Then its symptoms, nearest first: those it
/// leads to directly or through others, and whatever else has confidence `worth_telling` at least.
std::vector<Finding> chain(const std::vector<Suspect>& suspects, const Judgement& judgement, double worth_telling);

/// Whether one pathology leads to another, directly or through others.
bool leads_to(const Pathology& cause, const std::string& symptom);

}  // namespace gradclinic
