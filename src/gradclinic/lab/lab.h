#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "gradclinic/lab/jobs.h"
#include "gradclinic/lab/results.h"
#include "gradclinic/spec/experiment.h"

namespace gradclinic {

/// How a lab is run.
struct LabOptions {
  std::optional<std::int64_t> seeds;  ///< instead of each experiment's own number
  bool quick = false;                 ///< each experiment's quick number of seeds, six where it names none
  int jobs = 1;                       ///< threads; each run has one
  std::string cache;                  ///< the file that keeps finished runs for the next time; empty: none
  std::string program;                ///< what tells this build from another: kept runs of another one are not used
  const std::atomic<bool>* stop = nullptr;
  std::function<void(const LabProgress&)> on_progress;
  std::function<void(const LabProgress&)> on_patient;  ///< the same for the patients that fixes are tried on afterwards
  std::function<void(const std::string&)> on_warning;
  /// Trains a spec into a recorder: as gradclinic::run does, unless a test puts something else here.
  std::function<Outcome(const Spec&, Recorder&, const std::atomic<bool>*)> run;
};

/// Runs every cell of every experiment on every seed, and reduces what was seen to figures, claims with verdicts and
/// treatments; then tries fixes on the experiments' patients (see clinic.h), on five seeds or as many as `seeds` gives.
/// Equal runs of several experiments are run once; runs that the cache has are not run again. A cell that cannot be run
/// (its data are missing, ...) becomes a note of its experiment; the rest goes on. With `stop` set, what is finished is
/// evaluated and `interrupted` is set. Treatments of which nothing can be compared are left out. The same experiments
/// and seeds give the same results, whatever `jobs` is and whatever came from the cache, except for the times:
/// `seconds`, `microseconds_per_step`, `cost` and `started`.
LabResults run_lab(const std::vector<Experiment>& experiments, const LabOptions& options);

/// How many seeds the options give an experiment.
std::int64_t seeds_of(const Experiment& experiment, const LabOptions& options);

}  // namespace gradclinic
