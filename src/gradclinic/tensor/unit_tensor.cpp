#include "gradclinic/tensor/unit_tensor.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <numeric>
#include <vector>

#include "gradclinic/tensor/statistics_pass.h"

namespace gradclinic {
namespace {

constexpr Index kRowsBetweenLooks = 16;

bool is_saturated(float x, const UnitRule& rule) { return x <= rule.saturated_low || x >= rule.saturated_high; }

/// Whether any bit but the sign is set in a unit's entries; units side by side, so that the loop runs in SIMD.
void find_alive_columns(const UnitTensor& tensor, unsigned char* alive) {
  std::vector<std::uint32_t> seen(static_cast<std::size_t>(tensor.units));
  for (Index row = 0; row < tensor.outer; ++row) {
    const float* values = tensor.data + row * tensor.units;
    for (Index unit = 0; unit < tensor.units; ++unit) seen[unit] |= std::bit_cast<std::uint32_t>(values[unit]) << 1;
    if (row % kRowsBetweenLooks == kRowsBetweenLooks - 1 && std::ranges::find(seen, 0U) == seen.end()) break;
  }
  for (Index unit = 0; unit < tensor.units; ++unit) alive[unit] |= static_cast<unsigned char>(seen[unit] != 0);
}

void count_columns(const UnitTensor& tensor, const UnitRule& rule, unsigned char* alive, Index* saturated) {
  find_alive_columns(tensor, alive);
  if (!saturated) return;
  for (Index row = 0; row < tensor.outer; ++row) {
    const float* values = tensor.data + row * tensor.units;
    for (Index unit = 0; unit < tensor.units; ++unit) saturated[unit] += is_saturated(values[unit], rule) ? 1 : 0;
  }
}

void count_blocks(const UnitTensor& tensor, const UnitRule& rule, unsigned char* alive, Index* saturated) {
  for (Index row = 0; row < tensor.outer; ++row) {
    for (Index unit = 0; unit < tensor.units; ++unit) {
      const float* values = tensor.data + (row * tensor.units + unit) * tensor.inner;
      const float* end = values + tensor.inner;
      if (alive[unit] == 0) alive[unit] = std::any_of(values, end, [](float x) { return x != 0; }) ? 1 : 0;
      if (saturated) saturated[unit] += std::count_if(values, end, [&](float x) { return is_saturated(x, rule); });
    }
  }
}

bool reaches(const TensorStatistics& statistics, const UnitRule& rule) {
  return statistics.min <= rule.saturated_low || statistics.max >= rule.saturated_high;
}

}  // namespace

void count_units(const UnitTensor& tensor, const UnitRule& rule, unsigned char* alive, Index* saturated) {
  (tensor.inner == 1 ? count_columns : count_blocks)(tensor, rule, alive, saturated);
}

TensorStatistics measure(const UnitTensor& tensor, const UnitRule& rule) {
  TensorStatistics result = measure(View<const float>{tensor.data, tensor.outer * tensor.units, tensor.inner});
  const bool some_saturated = reaches(result, rule);
  const bool some_dead = rule.can_die && result.zeros * static_cast<double>(tensor.units) >= 1;
  if (tensor.units == 0 || !(some_saturated || some_dead)) return result;
  const auto units = static_cast<std::size_t>(tensor.units);
  std::vector<unsigned char> alive(units);
  std::vector<Index> saturated(some_saturated ? units : 0);
  count_units(tensor, rule, alive.data(), some_saturated ? saturated.data() : nullptr);
  const auto share = 1 / static_cast<double>(units);
  if (rule.can_die) result.dead_units = share * static_cast<double>(std::ranges::count(alive, 0));
  if (!some_saturated) return result;
  const Index entries = tensor.outer * tensor.inner;
  result.saturated = static_cast<double>(std::accumulate(saturated.begin(), saturated.end(), Index{0})) /
                     static_cast<double>(tensor.size());
  result.saturated_units = share * static_cast<double>(std::ranges::count_if(
                                       saturated, [&](Index part) { return nearly_all(part, entries); }));
  return result;
}

}  // namespace gradclinic
