#include "gradclinic/instruments/step_table.h"

#include <algorithm>
#include <limits>

namespace gradclinic {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

bool reads(const Gauge& gauge, Quantity quantity) {
  return gauge.of_tensor &&
         (gauge.quantities.empty() || std::ranges::find(gauge.quantities, quantity) != gauge.quantities.end());
}

}  // namespace

StepTable::StepTable(const std::vector<Gauge>& gauges, int depth)
    : depth_(static_cast<std::size_t>(depth)),
      tensor_readers_(all_quantities().size()),
      places_(all_quantities().size() * depth_) {
  for (const Gauge& gauge : gauges) {
    if (!gauge.of_step) continue;
    step_readers_.push_back(gauge.of_step);
    columns_.push_back({gauge.id, 0});
  }
  for (const Gauge& gauge : gauges) {
    if (!gauge.of_update) continue;
    update_readers_.push_back(gauge.of_update);
    for (int layer = 1; layer <= depth; ++layer) columns_.push_back({gauge.id, layer});
  }
  add_columns_of_tensors(gauges);
  row_.resize(columns_.size());
}

void StepTable::add_columns_of_tensors(const std::vector<Gauge>& gauges) {
  for (Quantity quantity : all_quantities()) {
    auto& readers = tensor_readers_[static_cast<std::size_t>(quantity)];
    for (const Gauge& gauge : gauges)
      if (reads(gauge, quantity)) readers.push_back(gauge.of_tensor);
    for (int layer = 1; layer <= layers_with(quantity, static_cast<int>(depth_)); ++layer) {
      place(quantity, layer).readers = &readers;
      place(quantity, layer).first_column = columns_.size();
      for (const Gauge& gauge : gauges)
        if (reads(gauge, quantity)) columns_.push_back({name_of(quantity) + ("." + gauge.id), layer});
    }
  }
}

void StepTable::clear() {
  for (Place& each : places_) each.seen = false;
}

void StepTable::take(Quantity quantity, int layer, const TensorStatistics& statistics) {
  Place& to = place(quantity, layer);
  to.seen = true;
  to.statistics = statistics;
}

float StepTable::read_update(float (*reader)(const TensorStatistics&, const TensorStatistics&), int layer) {
  const Place& update = place(Quantity::update, layer);
  const Place& weight = place(Quantity::weight, layer);
  return update.seen && weight.seen ? reader(update.statistics, weight.statistics) : kNaN;
}

const float* StepTable::row(const StepSummary& summary) {
  float* next = row_.data();
  for (auto reader : step_readers_) *next++ = reader(summary);
  for (auto reader : update_readers_)
    for (int layer = 1; layer <= static_cast<int>(depth_); ++layer) *next++ = read_update(reader, layer);
  for (const Place& each : places_) {
    if (!each.readers) continue;
    next = row_.data() + each.first_column;
    for (auto reader : *each.readers) *next++ = each.seen ? reader(each.statistics) : kNaN;
  }
  return row_.data();
}

}  // namespace gradclinic
