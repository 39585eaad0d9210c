#pragma once

#include "gradclinic/diagnosis/chart.h"
#include "gradclinic/diagnosis/finding.h"
#include "gradclinic/diagnosis/pathology.h"

namespace gradclinic {

/// A mistake in what a network puts out or in what its loss does with that: how it is seen, and what undoes it.
struct Fault {
  bool (*present)(const Chart& chart);
  Finding (*finding)(const Chart& chart);
  std::vector<std::vector<Change>> without = {};  ///< none: only the user's own code can
};

/// What only the user's own code can change for good: no fix of the catalogue does.
Finding mistake(double confidence, Evidence evidence, std::string rule, const char* sentence, bool fatal);

/// Of losses of amounts that are meant for other targets than they are given.
const Fault& loss_of_other_targets();
/// Classes that are learned by another loss than the cross-entropy, one of several or each 0 or 1.
const Fault& other_loss();
const Fault& errors_of_yes_and_no();
/// Layers with nothing non-linear between: by the spec, or by what the trained network does with means of samples.
const Fault& linear_by_spec();
const Fault& affine();
/// A loss that is not understood and falls without end.
const Fault& loss_without_end();

/// The first that is there, of the plain ones before those that only a trial can tell; null where none is.
const Fault* fault_of(const Chart& chart);

}  // namespace gradclinic
