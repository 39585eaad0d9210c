#include "gradclinic/instruments/probe_table.h"

#include <algorithm>
#include <limits>
#include <optional>

namespace gradclinic {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

/// Runs `call`; what went wrong, if anything did.
template <class Call>
std::optional<std::string> failure_of(Call call) {
  try {
    call();
    return std::nullopt;
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "an exception of unknown type";
  }
}

}  // namespace

ProbeTable::ProbeTable(const std::string& name, std::int64_t interval, const std::vector<Gauge>& gauges,
                       const Training& training, Sink& sink)
    : name_(name), interval_(interval), sink_(sink) {
  if (interval_ <= 0) return;
  for (const Gauge& gauge : gauges) {
    if (!gauge.start_probe || gauge.table != name) continue;
    Running running{.id = gauge.id, .probe = {}, .first_column = columns_.size()};
    if (const auto failure = failure_of([&] { running.probe = gauge.start_probe(training); })) {
      report_failure(gauge.id, *failure);
      continue;
    }
    columns_.insert(columns_.end(), running.probe.columns.begin(), running.probe.columns.end());
    probes_.push_back(std::move(running));
  }
  row_.resize(columns_.size());
}

void ProbeTable::open() {
  if (!columns_.empty()) sink_.open_table(name_, columns_);
}

bool ProbeTable::begin(std::int64_t step) {
  step_ = step;
  due_ = interval_ > 0 && !columns_.empty() && step % interval_ == 0;
  if (due_) std::ranges::fill(row_, kNaN);
  return due_;
}

void ProbeTable::take(std::int64_t step, const ProbeInput& input) {
  step_ = step;
  due_ = !columns_.empty();
  std::ranges::fill(row_, kNaN);
  finish(input);
}

void ProbeTable::see(Quantity quantity, int layer, View<const float> values) {
  if (!due_) return;
  for (Running& running : probes_)
    if (running.probe.see)
      guard(running, [&] { running.probe.see(quantity, layer, values, row_.data() + running.first_column); });
}

void ProbeTable::finish(const ProbeInput& input) {
  if (!due_) return;
  for (Running& running : probes_)
    if (running.probe.measure)
      guard(running, [&] { running.probe.measure(input, row_.data() + running.first_column); });
  sink_.append(name_, step_, row_.data());
  due_ = false;
}

template <class Call>
void ProbeTable::guard(Running& running, Call call) {
  if (running.failed) return;
  const auto failure = failure_of(call);
  if (!failure) return;
  running.failed = true;
  std::fill_n(row_.data() + running.first_column, running.probe.columns.size(), kNaN);
  report_failure(running.id, *failure);
}

void ProbeTable::report_failure(const std::string& id, const std::string& reason) {
  sink_.add_event({step_, "gauge-failed", 0, id + ": " + reason});
}

}  // namespace gradclinic
