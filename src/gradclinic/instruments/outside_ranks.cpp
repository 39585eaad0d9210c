#include "gradclinic/instruments/outside_ranks.h"

#include <algorithm>
#include <limits>

#include "gradclinic/instruments/effective_rank.h"

namespace gradclinic {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

}  // namespace

OutsideRanks::OutsideRanks(int modules) : ranks_(static_cast<std::size_t>(modules), kNaN) {}

void OutsideRanks::see(int module, const UnitTensor& activations) {
  if (!wanted_) return;
  matrix_.clear();
  for (Index unit = 0; unit < activations.units; ++unit)
    for (Index outer = 0; outer < activations.outer; ++outer) {
      const float* const from = activations.data + (outer * activations.units + unit) * activations.inner;
      matrix_.insert(matrix_.end(), from, from + activations.inner);
    }
  ranks_.at(static_cast<std::size_t>(module)) =
      static_cast<float>(effective_rank({matrix_.data(), activations.units, activations.outer * activations.inner}));
}

void OutsideRanks::finish(std::int64_t step, const std::vector<int>& order, Sink& sink) {
  if (!wanted_) return;
  const std::vector<Column> columns = effective_rank_columns(static_cast<int>(order.size()));
  if (!opened_) sink.open_table("rank", columns);
  opened_ = true;
  std::vector<float> row;
  for (const Column& column : columns)
    row.push_back(ranks_[static_cast<std::size_t>(order[static_cast<std::size_t>(column.layer - 1)])]);
  sink.append("rank", step, row.data());
  std::ranges::fill(ranks_, kNaN);
  wanted_ = false;
}

}  // namespace gradclinic
