#pragma once

#include <string>

#include "gradclinic/diagnosis/counterfactual.h"
#include "gradclinic/diagnosis/finding.h"
#include "gradclinic/record/record.h"

namespace gradclinic {

/// How the doctor works.
struct DoctorOptions {
  bool probe = true;         ///< may train the spec with something changed, to see what the record cannot tell
  std::string folder = ".";  ///< where the spec's relative paths start
  CounterfactualOptions trials;
};

/// Judges a run from its record. Each pathology is looked for; then (unless told not to) the spec is trained with each
/// suspect removed, and by a few recipes known to be sound, from the same seed on the same data; where that tells
/// nothing, what is kept as a last resort, too (a plain network in place of one from outside). The training fails
/// when one of these is clearly better (see shortfall), when it diverged, or when a finding is fatal by itself. Of a
/// training that fails the cause is the suspect whose removal restores most of what was lost, weighted with the
/// evidence for it; of two that lead to each other in a chain, the earlier. The rest of the chain are symptoms.
/// A record too short, or without what it takes, gives an undecided verdict that says what is missing.
Diagnosis diagnose(const Record& record, const DoctorOptions& options = {});

}  // namespace gradclinic
