#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gradclinic/instruments/gauge.h"

namespace gradclinic {

/// The probes of one schedule and the row that they fill together.
class ProbeTable {
 public:
  /// Starts those gauges' probes that belong to table `name`. `interval` is in steps; 0 is never.
  ProbeTable(const std::string& name, std::int64_t interval, const std::vector<Gauge>& gauges, const Training& training,
             Sink& sink);

  /// Opens the table in the sink, unless it has no columns.
  void open();
  /// Begins a step; whether there is something to measure in it.
  bool begin(std::int64_t step);
  /// Measures now, whatever the schedule, and appends the row as of `step`; for probes that need no tensors.
  void take(std::int64_t step, const ProbeInput& input);
  void see(Quantity quantity, int layer, View<const float> values);
  /// Ends the step: measures and appends the row, if the step was due.
  void finish(const ProbeInput& input);

 private:
  struct Running {
    std::string id;
    Probe probe;
    std::size_t first_column = 0;
    bool failed = false;
  };
  template <class Call>
  void guard(Running& running, Call call);
  void report_failure(const std::string& id, const std::string& reason);

  std::string name_;
  std::int64_t interval_;
  Sink& sink_;
  std::vector<Running> probes_;
  std::vector<Column> columns_;
  std::vector<float> row_;
  std::int64_t step_ = 0;
  bool due_ = false;
};

}  // namespace gradclinic
