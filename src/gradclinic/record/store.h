#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "gradclinic/record/recorder.h"

namespace gradclinic {

/// Where commands look when no store is named: in the working folder.
inline constexpr const char* kDefaultStore = "gradclinic.sqlite";

/// A line of `gradclinic list`.
struct RunSummary {
  std::int64_t id = 0;
  std::string name;
  std::uint64_t seed = 0;
  std::string started;
  Outcome outcome;
};

/// One SQLite file (write-ahead log) that holds many runs: spec, machine, versions, outcome and events of each, and its
/// tables as compressed blocks (docs/store.md). A run killed at any moment leaves everything up to its last block
/// readable, with status "running". Many threads may record into one Store at once, each through its own recorder, and
/// many processes into one file; what is recorded can be read meanwhile.
/// Every member throws StoreError naming the file, what happened and what to do (disk full, not a store, newer
/// version, damaged block, no such run).
class Store {
 public:
  /// Opens or creates the file. `read_only` never creates.
  explicit Store(const std::string& path, bool read_only = false);
  ~Store();
  Store(Store&&) noexcept;

  /// A recorder for a new run. Rows are written in blocks of `block_rows`, or after about a second, whichever is first.
  /// Its id is known after begin(). The store must outlive it.
  class RunRecorder;
  std::unique_ptr<RunRecorder> new_run(std::size_t block_rows = 64);

  /// Newest first.
  std::vector<RunSummary> runs() const;
  /// Everything of a run that can be read; for each damaged or missing block an event "damaged-block".
  Record read(std::int64_t id) const;
  /// A run by id ("12"), by name (the newest of that name) or "last".
  Record find(const std::string& run) const;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

class Store::RunRecorder : public Recorder {
 public:
  virtual std::int64_t id() const = 0;
};

}  // namespace gradclinic
