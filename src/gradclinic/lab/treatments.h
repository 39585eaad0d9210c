#pragma once

#include "gradclinic/lab/experiment_runs.h"
#include "gradclinic/lab/results.h"

namespace gradclinic {

/// What a fix does to its patients: paired as a claim's two sides are, and judged by the same rule with "the outcome
/// gets better". Several patients, treatments or levels are made one per seed by their median; `fails_where` names
/// those for which the interval by itself does not favour the fix.
/// `cost` alone depends on the machine's load.
TreatmentResult assess(const TreatmentSpec& treatment, const ExperimentRuns& runs);

}  // namespace gradclinic
