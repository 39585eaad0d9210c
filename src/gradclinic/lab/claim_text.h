#pragma once

#include <string>

#include "gradclinic/lab/pairing.h"
#include "gradclinic/lab/verdict.h"

namespace gradclinic {

/// What is compared: "relu / tanh, paired by seed, median over depth".
std::string comparison_text(const ClaimSpec& claim, const Part& part);

/// Why the verdict is what it is, in a sentence or two that a beginner understands. `parts` is how many comparisons the
/// claim has; the given one is its weakest.
std::string reason_text(const ClaimSpec& claim, const Part& part, const Decision& decision, std::size_t parts);

/// Why a claim is vacuous: `largest` is the most that its mechanism reached.
std::string vacuous_text(const Acts& acts, double largest);

/// The rule of a claim in words, as `explain` prints it: "loss final of relu is greater than that of tanh, in every
/// pair of runs with the same seed; ...".
std::string rule_text(const ClaimSpec& claim, const Experiment& experiment);

}  // namespace gradclinic
