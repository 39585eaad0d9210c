#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "gradclinic/instruments/sink.h"
#include "gradclinic/train/outcome.h"

namespace gradclinic {

/// Quantities measured together, at the same steps: row i holds every column's value at steps[i].
/// NaN and Inf are values like any other.
struct Table {
  std::vector<Column> columns;
  std::vector<std::int64_t> steps;
  std::vector<float> values;  ///< rows x columns, row after row

  std::size_t rows() const { return steps.size(); }
  /// The column's place, or -1.
  int find(const Column& column) const;
  /// One column over all rows.
  std::vector<float> series(int column_index) const;
};

/// A quantity over the steps at which it was measured.
struct Series {
  std::vector<std::int64_t> steps;
  std::vector<float> values;
};

/// WHAT was seen: all that a diagnosis, a figure or a claim reads.
struct Record {
  std::string name;
  std::uint64_t seed = 0;
  std::string spec;                             ///< the spec as TOML
  std::map<std::string, std::string> machine;   ///< cpu, cores, blas, ...
  std::map<std::string, std::string> versions;  ///< gradclinic, record format, eigen, ...
  std::string started;                          ///< ISO 8601, UTC
  std::map<std::string, Table> tables;          ///< by schedule, see Sink
  std::vector<Event> events;
  Outcome outcome;

  /// The series of a quantity in whichever table has it; empty when it was not recorded.
  Series series(const std::string& quantity, int layer = 0) const;
  /// The layers that a quantity was recorded for, ascending.
  std::vector<int> layers(const std::string& quantity) const;
};

/// The record format's version, stored with each run; a reader refuses a newer one.
inline constexpr int kRecordVersion = 1;

}  // namespace gradclinic
