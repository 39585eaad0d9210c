#pragma once

#include "gradclinic/spec/spec.h"

namespace gradclinic {

/// What one training came to. Losses are divided by the loss of the best constant prediction on the same samples, so
/// that 1 is what knowing nothing gives, whatever the loss and the targets' unit; all but `diverged` are NaN when
/// unknown (nothing held out, no classes).
struct Metrics {
  bool diverged = false;
  double training = 0;       ///< loss over the training samples, evaluation mode, at the end
  double held_out = 0;       ///< the same over the samples held out
  double best_held_out = 0;  ///< the lowest of about 50 looks during the training and the end
  double accuracy = 0;       ///< share of the samples held out whose class is right, at the end
};

/// Whether a change of the data leaves nothing of the base's targets to compare with: labels shuffled or constant,
/// another file or target, classes as numbers.
bool other_labels(const Spec& spec, const Spec& base);

/// Trains by the spec and measures. The samples held out are the spec's own; or, where other_labels(spec, task), the
/// samples that `task` holds out, their inputs prepared as the spec's training inputs are.
Metrics measure(const Spec& spec, const Spec& task);

}  // namespace gradclinic
