#pragma once

#include <vector>

#include "gradclinic/instruments/gauge.h"

namespace gradclinic {

/// The row that the cheap gauges fill in one step. Columns: those of the whole network, then those of updates, then
/// for each quantity, layer by layer, those of tensors. What was not seen in a step is NaN. Allocates when made, only.
class StepTable {
 public:
  StepTable(const std::vector<Gauge>& gauges, int depth);

  const std::vector<Column>& columns() const { return columns_; }
  /// Forgets the last step's tensors.
  void clear();
  void take(Quantity quantity, int layer, const TensorStatistics& statistics);
  /// The finished row, one value per column; valid until the next call.
  const float* row(const StepSummary& summary);

 private:
  /// A tensor of a step, and where its gauges write.
  struct Place {
    bool seen = false;
    TensorStatistics statistics;
    const std::vector<float (*)(const TensorStatistics&)>* readers = nullptr;
    std::size_t first_column = 0;
  };
  Place& place(Quantity quantity, int layer) {
    return places_[static_cast<std::size_t>(quantity) * depth_ + static_cast<std::size_t>(layer - 1)];
  }
  void add_columns_of_tensors(const std::vector<Gauge>& gauges);
  float read_update(float (*reader)(const TensorStatistics&, const TensorStatistics&), int layer);

  std::size_t depth_;
  std::vector<Column> columns_;
  std::vector<float (*)(const StepSummary&)> step_readers_;
  std::vector<float (*)(const TensorStatistics&, const TensorStatistics&)> update_readers_;
  std::vector<std::vector<float (*)(const TensorStatistics&)>> tensor_readers_;  // by quantity
  std::vector<Place> places_;
  std::vector<float> row_;
};

}  // namespace gradclinic
