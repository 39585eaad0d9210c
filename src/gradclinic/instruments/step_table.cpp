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

StepTable::StepTable(const std::vector<Gauge>& gauges, int depth) : updates_(static_cast<std::size_t>(depth)) {
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
  for (Quantity quantity : all_quantities()) {
    TensorReaders& here = tensor_readers_.emplace_back();
    here.first_column = columns_.size();
    for (const Gauge& gauge : gauges)
      if (reads(gauge, quantity)) here.readers.push_back(gauge.of_tensor);
    for (int layer = 1; layer <= layers_with(quantity, depth); ++layer)
      for (const Gauge& gauge : gauges)
        if (reads(gauge, quantity)) columns_.push_back({name_of(quantity) + ("." + gauge.id), layer});
  }
  row_.resize(columns_.size());
}

void StepTable::clear() {
  std::ranges::fill(row_, kNaN);
  for (Update& update : updates_) update = {};
}

void StepTable::take(Quantity quantity, int layer, const TensorStatistics& statistics) {
  const TensorReaders& here = tensor_readers_[static_cast<std::size_t>(quantity)];
  const std::size_t index = static_cast<std::size_t>(layer - 1);
  float* to = row_.data() + here.first_column + index * here.readers.size();
  for (auto reader : here.readers) *to++ = reader(statistics);
  if (quantity == Quantity::weight) updates_[index].weight = statistics;
  if (quantity == Quantity::update) updates_[index].update = statistics;
}

const float* StepTable::row(const StepSummary& summary) {
  float* to = row_.data();
  for (auto reader : step_readers_) *to++ = reader(summary);
  for (auto reader : update_readers_)
    for (const Update& each : updates_) *to++ = each.weight && each.update ? reader(*each.update, *each.weight) : kNaN;
  return row_.data();
}

}  // namespace gradclinic
