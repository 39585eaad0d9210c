#pragma once

#include <map>

#include "gradclinic/record/recorder.h"

namespace gradclinic {

/// Keeps a run of any length in bounded memory: a table that reaches its number of rows loses every second one. Who
/// measures is to do so that much less often from then on, so that the rows stay evenly spread.
class ThinningRecorder : public MemoryRecorder {
 public:
  /// Even numbers of rows, by table; tables without one are kept whole.
  explicit ThinningRecorder(std::map<std::string, std::size_t> most_rows) : most_rows_(std::move(most_rows)) {}

  void append(const std::string& table, std::int64_t step, const float* values) override;
  /// The interval between the rows of a table, in those it began with: 1, 2, 4, ...
  std::int64_t interval(const std::string& table) const;

 private:
  std::map<std::string, std::size_t> most_rows_;
  std::map<std::string, std::int64_t> intervals_;
};

}  // namespace gradclinic
