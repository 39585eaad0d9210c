#pragma once

#include "gradclinic/diagnosis/finding.h"
#include "gradclinic/fixes/fix.h"

namespace gradclinic {

/// A spec with one fix, or two, as it is tried.
struct Candidate {
  std::vector<std::string> fixes;  ///< ids, in the order in which they were applied
  std::vector<Change> changes;
};

/// Of the changes by which the doctor's trials removed the cause, those that did most for it, where its finding says
/// what to do by hand; empty where none was tried, and where a plain network stood in for the model, which mends
/// nothing.
std::vector<Change> removal_by_hand(const Diagnosis& diagnosis, const Chart& chart);

/// Fixes that a diagnosis suggests, the cause's first, then its symptoms' and the notes', each once; where these are
/// fewer than `least`, those that most pathologies of the catalogue name. What a finding says to do by hand is
/// "as-diagnosed".
std::vector<std::string> suggested_fixes(const Diagnosis& diagnosis, std::size_t least);

/// The first `most` of these fixes that apply to the spec of the context, none that changes it as another does.
std::vector<Candidate> single_candidates(const std::vector<std::string>& fixes, const FixContext& context,
                                         std::size_t most);

/// Pairs of the best candidates (best first): of the first with the next ones, then of those, as far as the two change
/// different keys; the second is made for the spec that the first one leaves.
std::vector<Candidate> paired_candidates(const std::vector<Candidate>& best, const FixContext& context,
                                         std::size_t most);

}  // namespace gradclinic
