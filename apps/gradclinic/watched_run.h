#pragma once

#include <atomic>
#include <chrono>
#include <string>

#include "gradclinic/progress.h"
#include "gradclinic/record/record.h"
#include "gradclinic/spec/spec.h"

namespace gradclinic {

/// Progress of counted work, told by a ProgressLine with rate and time left.
class Counter {
 public:
  explicit Counter(const std::string& unit) : line_(unit) {}
  void show(std::int64_t done, std::int64_t all);
  void finish() { line_.finish(); }

 private:
  ProgressLine line_;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

/// Trains a spec with all that a diagnosis reads switched on, showing progress, and returns the record; it is kept in
/// the store as well when `store` names one. Throws what loading the data throws, and RunFailed when memory runs out.
Record run_watched(const Spec& spec, const std::string& store, const std::atomic<bool>& stop);

}  // namespace gradclinic
