#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "gradclinic/lab/run_result.h"
#include "gradclinic/record/recorder.h"
#include "gradclinic/spec/spec.h"

namespace gradclinic {

/// What a run's result depends on, as text; the spec's name is not among it.
std::string identity_of(Spec spec);

/// A run that some experiments need.
struct Job {
  Spec spec;
  std::set<Extract> extracts;
  std::optional<RunResult> result;  ///< empty until it is done; it stays so when it was interrupted or failed
  std::string error;                ///< why it failed
};

/// All runs of a lab: the same spec and seed is run once, whoever needs it.
class Jobs {
 public:
  /// The job's number; its extracts are added to those that it has.
  std::size_t add(const Spec& spec, const std::set<Extract>& extracts);
  const Job& operator[](std::size_t number) const { return jobs_[number]; }
  std::vector<Job>& all() { return jobs_; }

 private:
  std::vector<Job> jobs_;
  std::map<std::string, std::size_t> numbers_;
};

/// How far the runs are.
struct LabProgress {
  std::int64_t done = 0;    ///< runs with a result, those from the cache included
  std::int64_t cached = 0;  ///< of these from the cache
  std::int64_t failed = 0;
  std::int64_t total = 0;
  double runs_per_second = 0;  ///< of those that were not in the cache; 0 before the first
  double seconds_left = 0;     ///< by the estimated work that is left; NaN before the first
};

/// How jobs are carried out.
struct JobOptions {
  int threads = 1;
  std::string cache;    ///< the file in which results are kept and looked up; empty: none
  std::string program;  ///< what made the results: another one does not use them
  const std::atomic<bool>* stop = nullptr;
  std::function<void(const LabProgress&)> on_progress;  ///< after every run; calls do not overlap
  std::function<void(const std::string&)> on_warning;   ///< results could not be kept, ...
  /// Trains a spec into a recorder: gradclinic::run, unless a test puts something else here.
  std::function<Outcome(const Spec&, Recorder&, const std::atomic<bool>*)> run;
};

/// Carries out the jobs, each on one thread, in the order given. A job that throws keeps its message and harms no
/// other. With `stop` set the jobs under way end at their next step and count as not done. Every result is in the cache
/// as soon as it is there. Results do not depend on the number of threads, apart from Outcome::seconds.
/// Throws StoreError when the cache cannot be opened.
void carry_out(std::vector<Job*>& jobs, const JobOptions& options);

}  // namespace gradclinic
