#include "gradclinic/lab/jobs.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <mutex>

#include "gradclinic/record/cache.h"
#include "gradclinic/spec/toml.h"
#include "gradclinic/support/error.h"
#include "gradclinic/support/parallel.h"
#include "gradclinic/train/work.h"

namespace gradclinic {
namespace {

/// The pool's shared state: who is next, what is kept where, how far it is.
class Pool {
 public:
  Pool(std::vector<Job*>& jobs, const JobOptions& options) : jobs_(jobs), options_(options) {
    if (!options.cache.empty()) cache_ = std::make_unique<Cache>(options.cache);
    progress_.total = static_cast<std::int64_t>(jobs.size());
  }

  void take_from_cache() {
    for (Job* job : jobs_) {
      if (cache_ && look_up(*job)) {
        ++progress_.done;
        ++progress_.cached;
      } else {
        open_.push_back(job);
        work_left_ += estimated_work(job->spec);
      }
    }
    report();
  }

  void run_the_rest() {
    start_ = std::chrono::steady_clock::now();
    in_parallel(open_.size(), options_.threads, [this](std::size_t next) { work(*open_[next]); });
  }

 private:
  bool stopped() const { return options_.stop != nullptr && options_.stop->load(); }

  std::string key_of(const Job& job) const { return options_.program + "\n" + identity_of(job.spec); }

  /// Whether the cache has all that the job must extract. What a result with too little has is kept with the new one,
  /// so that experiments that share runs do not take them from each other.
  bool look_up(Job& job) {
    const std::optional<std::string> bytes = cache_->get(key_of(job));
    if (!bytes) return false;
    RunResult found = run_result_from_bytes(*bytes);
    const bool complete = std::all_of(job.extracts.begin(), job.extracts.end(),
                                      [&](const Extract& extract) { return found.has(extract); });
    if (complete)
      job.result = std::move(found);
    else
      earlier_[&job] = std::move(found);
    return complete;
  }

  void work(Job& job) {
    if (stopped()) return;
    carry_out_one(job);
    const std::lock_guard lock(mutex_);
    const double work = estimated_work(job.spec);
    work_left_ -= work;
    work_done_ += work;
    progress_.done += job.result ? 1 : 0;
    progress_.failed += job.error.empty() ? 0 : 1;
    report();
  }

  void carry_out_one(Job& job) {
    try {
      MemoryRecorder recorder;
      const Outcome outcome = options_.run(job.spec, recorder, options_.stop);
      if (outcome.status == "interrupted" || outcome.status == "running") return;
      job.result = reduce(recorder.record(), job.extracts);
      if (const auto earlier = earlier_.find(&job); earlier != earlier_.end()) {
        job.result->extracts.merge(earlier->second.extracts);
        job.result->not_recorded.merge(earlier->second.not_recorded);
      }
    } catch (const std::exception& error) {
      job.error = error.what();
      return;
    }
    keep(job);
  }

  void keep(const Job& job) {
    if (!cache_ || cannot_keep_) return;
    try {
      cache_->put(key_of(job), to_bytes(*job.result));
    } catch (const StoreError& error) {
      const std::lock_guard lock(mutex_);
      if (!cannot_keep_.exchange(true) && options_.on_warning)
        options_.on_warning(std::string("results are not kept for the next time: ") + error.what());
    }
  }

  void report() {
    if (!options_.on_progress) return;
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start_;
    const auto newly_done = static_cast<double>(progress_.done - progress_.cached);
    progress_.runs_per_second = newly_done > 0 ? newly_done / elapsed.count() : 0;
    progress_.seconds_left = work_done_ > 0 ? elapsed.count() * work_left_ / work_done_ : std::nan("");
    options_.on_progress(progress_);
  }

  std::vector<Job*>& jobs_;
  const JobOptions& options_;
  std::unique_ptr<Cache> cache_;
  std::vector<Job*> open_;
  std::map<const Job*, RunResult> earlier_;
  std::atomic<bool> cannot_keep_{false};
  std::mutex mutex_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  LabProgress progress_;
  double work_left_ = 0;
  double work_done_ = 0;
};

}  // namespace

std::string identity_of(Spec spec) {
  spec.name = "run";
  return to_toml(spec) + (spec.data.path.empty() && spec.data.inputs.empty() ? "" : "in " + spec.folder);
}

std::size_t Jobs::add(const Spec& spec, const std::set<Extract>& extracts) {
  const auto [place, is_new] = numbers_.try_emplace(identity_of(spec), jobs_.size());
  if (is_new) jobs_.push_back({spec, {}, std::nullopt, ""});
  jobs_[place->second].extracts.insert(extracts.begin(), extracts.end());
  return place->second;
}

void carry_out(std::vector<Job*>& jobs, const JobOptions& options) {
  Pool pool(jobs, options);
  pool.take_from_cache();
  pool.run_the_rest();
}

}  // namespace gradclinic
