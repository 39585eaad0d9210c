#pragma once

#include <functional>
#include <string>
#include <vector>

#include "gradclinic/fixes/trial.h"
#include "gradclinic/report/outside_run.h"

namespace gradclinic {

/// Who trains a network from outside with changes to its spec, `seed` (from 0) among them, which is not only a key but
/// the training's own.
struct OutsideTreatment {
  Retrain train;  ///< records losses and accuracies at least
  Retrain watch;  ///< records everything
  /// Whether they can be made: asked before anything is trained with them.
  std::function<bool(const std::vector<Change>& changes)> follows;
};

/// What fixes did to a training under watch that can be run again: see try_fixes, whose trials are carried out by
/// `treatment`.
struct TriedOutside {
  Spec spec;
  Diagnosis diagnosis;
  TrialReport report;

  /// `options.outside` is set here.
  TriedOutside(const Examined& examined, const OutsideTreatment& treatment, TrialOptions options);
  std::string text() const;  ///< what `gradclinic fix` prints
  std::string json() const;  ///< docs/fix.schema.json
};

/// The record of a training that went on where another one ended: of that one's losses, and its own.
Record followed_by(const Record& first, const Record& second);

}  // namespace gradclinic
