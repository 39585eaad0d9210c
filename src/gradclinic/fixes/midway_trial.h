#pragma once

#include <optional>

#include "gradclinic/fixes/fix.h"
#include "gradclinic/fixes/trial.h"

namespace gradclinic {

/// A fix that keeps the weights, tried from the middle of runs.
struct MidwayTrial {
  std::string fix;
  MidwayChange change;
  std::vector<Course> courses;  ///< by seed
  Assessment found;
  double holm = 1;
  bool proven = false;
  bool rolled_back = false;  ///< not better in the end (the median gain is 0 or less): the run goes on untreated
};

struct MidwayReport {
  std::int64_t from = 0;
  OutcomeMeasure measure = OutcomeMeasure::training_loss;
  std::vector<Course> untreated;  ///< by seed
  double outcome = 0;
  std::vector<MidwayTrial> tried;  ///< the best first
  bool interrupted = false;
};

/// Trains the spec with each of the catalogue's fixes that keep the weights, from step `from` on: up to there every run
/// is bit for bit the untreated one of its seed. Those that the diagnosis suggests, or all where it suggests none.
/// Throws BadInput unless `from` is a step of the run.
MidwayReport try_midway(const Spec& spec, const Record& record, const Diagnosis& diagnosis, std::int64_t from,
                        const TrialOptions& options);

/// One such run, watched by surveys only.
Course midway_course(const Spec& spec, const MidwayChange& change, std::int64_t from, const std::atomic<bool>* stop);

}  // namespace gradclinic
