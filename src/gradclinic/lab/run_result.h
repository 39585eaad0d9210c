#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "gradclinic/lab/evaluate.h"

namespace gradclinic {

/// One thing that figures, claims or treatments need of a run.
struct Extract {
  enum class Kind { value, over_steps, over_layers };
  Kind kind = Kind::value;
  Measure measure;
  /// Two extracts with the same key are the same.
  std::string key() const;
  bool operator<(const Extract& other) const { return key() < other.key(); }
};

/// What is kept of a run once its record is gone.
struct RunResult {
  Outcome outcome;
  std::string diagnosis;                            ///< from the record alone: "healthy", "undecided" or the cause's id
  std::map<std::string, Points> extracts;           ///< by Extract::key(); a value is one point
  std::map<std::string, std::string> not_recorded;  ///< by Extract::key(): why it could not be had

  bool has(const Extract& extract) const;
  /// The number that a measure is on this run; none when it could not be had of the record.
  std::optional<double> value(const Measure& measure) const;
  /// Empty when it could not be had of the record.
  Points points(const Extract& extract) const;
};

/// Takes the extracts from a record, and the doctor's word on it. Series over steps are thinned to 32 rows an octave
/// (see keeps_row), and their last.
RunResult reduce(const Record& record, const std::set<Extract>& extracts);

/// Which rows are kept so that long series stay small and runs of any length share their steps: in every octave
/// [2^k, 2^(k+1)) of row numbers the multiples of 2^k / `per_octave` (a power of two), and all rows below.
bool keeps_row(std::size_t row, int per_octave);

/// As bytes for a cache, and back: bit for bit, NaN and Inf included. Throws nlohmann's exceptions on damaged bytes.
std::string to_bytes(const RunResult& result);
RunResult run_result_from_bytes(const std::string& bytes);

}  // namespace gradclinic
