#pragma once

#include <map>
#include <mutex>
#include <string>

#include "metrics.h"

namespace gradclinic {

/// Measured runs, each trained once: in memory, and in a file that later calls of the same program read. Threads may
/// share one.
class Runs {
 public:
  /// `file` may be empty (memory only) or not exist yet; results of another build of the program are
  /// dropped.
  explicit Runs(const std::string& file);
  /// measure(spec, task), or what it gave before.
  Metrics of(const Spec& spec, const Spec& task);

 private:
  std::string file_;
  std::mutex mutex_;
  std::map<std::string, Metrics> done_;
};

}  // namespace gradclinic
