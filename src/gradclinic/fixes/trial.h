#pragma once

#include <functional>
#include <map>

#include "gradclinic/fixes/assessment.h"
#include "gradclinic/fixes/candidates.h"

namespace gradclinic {

/// Who trains a network from outside: what of a spec is followed; a training by a spec with changes, which may be of
/// keys that no spec has (outside_changes.h); one of the untreated spec with changes, under the whole watch.
struct OutsideTrainer {
  std::function<bool(const Spec& changed)> follows;
  std::function<Counterfactual(const Spec& spec, const std::vector<Change>& changes)> train;
  std::function<Record(const std::vector<Change>& changes)> watch;
};

/// How fixes are tried.
struct TrialOptions {
  int seeds = 5;                 ///< the spec's seed and those after it
  int threads = 1;               ///< results do not depend on it, times apart
  double work = 5e10;            ///< floating-point operations that one training may take; see estimated_work
  bool anyway = false;           ///< try fixes on a healthy training, too
  std::size_t most_singles = 8;  ///< fixes by themselves; together with the pairs 12: with five seeds the exact test
                                 ///< can reach 0.05 after Holm's adjustment for so many
  std::size_t most_pairs = 4;    ///< pairs of the best
  bool examine = true;           ///< watch the best again, for mechanism, side effects and cost
  std::shared_ptr<CounterfactualMemory> memory = {};  ///< of trainings done before, by the doctor or so; may be none
  std::optional<OutsideTrainer> outside = {};         ///< of a network that gradclinic did not build
  const std::atomic<bool>* stop = nullptr;
  std::function<void(std::size_t done, std::size_t total)> on_progress;  ///< trainings; the total is an estimate
};

/// A pathology in the untreated run and in the treated one: how confident the doctor's rule is of it.
struct RuleChange {
  std::string pathology;
  double before = 0;
  double after = 0;
};

/// What a candidate did.
struct TriedFix {
  Candidate candidate;  ///< of the baseline: no fixes, the random change
  Spec fixed;
  std::vector<Course> courses;           ///< by seed; fewer than all where it was dropped as clearly losing
  Assessment found;                      ///< over its seeds
  double holm = 1;                       ///< p adjusted for all candidates of the report
  bool proven = false;                   ///< see is_proven
  std::optional<RuleChange> mechanism;   ///< the cause, by the doctor's own rule; where watched again
  std::vector<RuleChange> side_effects;  ///< pathologies that the doctor tells of only after the fix
  double cost_per_step = 0;  ///< time per step over the untreated run's, without gauges; 0 where not measured
  double length = 1;         ///< steps over the untreated run's

  bool gone() const;  ///< the mechanism was looked at and is below what the doctor tells of
};

/// What trials of fixes say.
struct TrialReport {
  OutcomeMeasure measure = OutcomeMeasure::training_loss;
  int seeds = 0;
  std::vector<Course> untreated;      ///< by seed
  double outcome = 0;                 ///< their median
  std::vector<TriedFix> tried;        ///< those on all seeds first, the best first
  std::vector<TriedFix> random;       ///< the baseline likewise: single random changes for at least as much work
  std::vector<std::string> untried;   ///< fixes of the cause that change nothing here, or cannot be made
  double work = 0;                    ///< floating-point operations spent on the fixes, pilots included, and
  double random_work = 0;             ///< on the baseline
  std::optional<std::size_t> proven;  ///< of `tried`: the best that is proven; of nearly equal ones the smaller change
  bool interrupted = false;           ///< what was done until then is here
};

/// A finding of this confidence is told; see doctor.
inline constexpr double kTold = 0.4;

/// Tries what the diagnosis suggests on the spec's own data, with weights and batches of the same seeds as the
/// untreated run's: singles on two seeds, then pairs of the best, then by halves what does not clearly lose.
/// `record`: the untreated run of the spec's seed.
/// A healthy training is not treated unless asked: an empty report.
TrialReport try_fixes(const Spec& spec, const Record& record, const Diagnosis& diagnosis, const TrialOptions& options);

/// How confident each pathology's rule (benign ones left out) is in a record; those that say nothing are left out.
std::map<std::string, double> rule_confidences(const Record& record);

}  // namespace gradclinic
