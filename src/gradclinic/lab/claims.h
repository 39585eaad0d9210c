#pragma once

#include <vector>

#include "gradclinic/lab/experiment_runs.h"
#include "gradclinic/lab/results.h"

namespace gradclinic {

/// What the runs say of a claim, by the rules in verdict.h and docs/claims.md. p_holm is left at p.
ClaimResult judge(const ClaimSpec& claim, const ExperimentRuns& runs);

/// Sets p_holm of all claims of a report; a vacuous claim was not tested: it gets 1 and does not count.
void adjust_for_all_claims(std::vector<ExperimentResult>& experiments);

}  // namespace gradclinic
