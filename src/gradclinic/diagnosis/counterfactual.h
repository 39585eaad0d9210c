#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "gradclinic/diagnosis/course.h"
#include "gradclinic/diagnosis/pathology.h"
#include "gradclinic/instruments/gauge.h"
#include "gradclinic/spec/spec.h"

namespace gradclinic {

/// What became of a training with something changed.
struct Counterfactual {
  Course course;           ///< empty when the changed spec cannot be run
  std::int64_t steps = 0;  ///< optimizer steps done
};

/// What became of earlier trainings, so that one that is asked for again need not be done again. Safe among threads.
class CounterfactualMemory {
 public:
  std::optional<Counterfactual> find(const std::string& training) const;
  void keep(const std::string& training, const Counterfactual& result);

 private:
  mutable std::mutex mutex_;
  std::map<std::string, Counterfactual> results_;
};

/// How counterfactuals are carried out.
struct CounterfactualOptions {
  int threads = 1;
  /// Floating-point operations that one training may take (see estimated_work); a longer one ends early, after an epoch
  /// at least.
  double work = 5e10;
  const std::atomic<bool>* stop = nullptr;
  std::shared_ptr<CounterfactualMemory> memory = {};                          ///< may be none
  std::function<void(std::int64_t done, std::int64_t all)> on_progress = {};  ///< after each; calls do not overlap
  /// Trains a network from outside once more, by the spec with these changes, where someone can: one call after the
  /// other, on one thread. An empty course where the changes cannot be made there.
  std::function<Counterfactual(const Spec& spec, const std::vector<Change>& changes)> train = {};
};

/// The gauges that a course is read from.
std::vector<Gauge> course_gauges();

/// The spec with changes; throws BadInput where they make no valid spec.
Spec with(const Spec& spec, const std::vector<Change>& changes);

/// The same, without the changes of keys that no spec has (outside_changes.h).
Spec with_known(const Spec& spec, std::vector<Change> changes);

/// Trains the spec under each set of changes from the same seed, data and batches, watched by surveys only. Results are
/// in the order of `changes` and do not depend on the number of threads.
std::vector<Counterfactual> carry_out(const Spec& spec, const std::vector<std::vector<Change>>& changes,
                                      const CounterfactualOptions& options);

}  // namespace gradclinic
