#pragma once

#include "gradclinic/fixes/trial.h"

namespace gradclinic {

/// How specs are watched again.
struct ExaminationOptions {
  int threads = 1;
  const std::atomic<bool>* stop = nullptr;
  /// Who trains with the changes of a fix under the whole watch; null: gradclinic, by the fixed spec.
  std::function<Record(const std::vector<Change>& changes)> watch = {};
};

/// Trains each fixed spec under the full watch and fills in mechanism (of the diagnosis' cause) and side effects
/// against the untreated record. One that is stopped, or cannot be run, is left as it is.
void watch_again(const std::vector<TriedFix*>& tried, const Record& untreated, const Diagnosis& diagnosis,
                 const ExaminationOptions& options);

/// Time per optimizer step of one spec over another's, unwatched: each for a few steps in turn, the least of several.
/// 0 when one of them cannot take a step.
double relative_step_time(const Spec& spec, const Spec& other);

}  // namespace gradclinic
