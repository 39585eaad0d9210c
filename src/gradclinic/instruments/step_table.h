#pragma once

#include <optional>
#include <vector>

#include "gradclinic/instruments/gauge.h"

namespace gradclinic {

/// The row that the cheap gauges fill in one step. Columns: those of the whole network, then those of updates, then
/// for each quantity, layer by layer, those of tensors. What was not seen in a step is NaN. Allocates when made, only.
class StepTable {
 public:
  StepTable(const std::vector<Gauge>& gauges, int depth);

  const std::vector<Column>& columns() const { return columns_; }
  /// Begins a step.
  void clear();
  /// Reads the gauges of a tensor.
  void take(Quantity quantity, int layer, const TensorStatistics& statistics);
  /// The finished row, one value per column; valid until the next step.
  const float* row(const StepSummary& summary);

 private:
  /// The gauges of a quantity, and where they write: layer by layer from `first_column` on.
  struct TensorReaders {
    std::vector<float (*)(const TensorStatistics&)> readers;
    std::size_t first_column = 0;
  };
  /// A layer's weights and their update, once seen.
  struct Update {
    std::optional<TensorStatistics> weight;
    std::optional<TensorStatistics> update;
  };

  std::vector<Column> columns_;
  std::vector<float (*)(const StepSummary&)> step_readers_;
  std::vector<float (*)(const TensorStatistics&, const TensorStatistics&)> update_readers_;
  std::vector<TensorReaders> tensor_readers_;  // by quantity
  std::vector<Update> updates_;                // by layer, from 1
  std::vector<float> row_;
};

}  // namespace gradclinic
