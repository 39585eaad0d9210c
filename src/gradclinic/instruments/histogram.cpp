#include "gradclinic/instruments/histogram.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <limits>

#include "gradclinic/instruments/gauge.h"

namespace gradclinic {
namespace {

enum Bin { kZero = 0, kBelow = 1, kFirstPower = 2, kAbove = kHistogramBins - 2, kNonFinite = kHistogramBins - 1 };

constexpr int kExponents = 256;  // a float's exponent field
constexpr int kBias = 127;

Bin bin_of(int exponent_field) {
  if (exponent_field == kExponents - 1) return kNonFinite;
  const int exponent = exponent_field - kBias;
  if (exponent < kFirstExponent) return kBelow;
  if (exponent >= kLastExponent) return kAbove;
  return static_cast<Bin>(kFirstPower + (exponent - kFirstExponent) / kExponentStep);
}

}  // namespace

const std::vector<std::string>& histogram_bin_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> result = {"zero", "below"};
    for (int exponent = kFirstExponent; exponent < kLastExponent; exponent += kExponentStep)
      result.push_back(std::to_string(exponent));
    result.insert(result.end(), {"above", "non_finite"});
    return result;
  }();
  return names;
}

std::vector<Column> histogram_columns(int depth) {
  std::vector<Column> columns;
  for (const Quantity quantity : all_quantities())
    for (int layer = 1; layer <= layers_with(quantity, depth); ++layer)
      for (const std::string& bin : histogram_bin_names())
        columns.push_back({name_of(quantity) + std::string(".histogram.") + bin, layer});
  return columns;
}

void fill_histogram(View<const float> values, std::span<float> bins) {
  // Four tables, so that a run of equal exponents does not wait for its own last store.
  std::array<std::array<std::int64_t, kExponents>, 4> counts{};
  std::int64_t zeros = 0;
  const std::span<const float> flat = values.flat();
  for (std::size_t i = 0; i < flat.size(); ++i) {
    const std::uint32_t magnitude = std::bit_cast<std::uint32_t>(flat[i]) & 0x7FFFFFFFU;
    ++counts[i % 4][magnitude >> 23];
    zeros += magnitude == 0 ? 1 : 0;
  }
  std::array<std::int64_t, kHistogramBins> totals{};
  for (int exponent = 0; exponent < kExponents; ++exponent)
    for (const auto& table : counts) totals[bin_of(exponent)] += table[exponent];
  totals[kZero] = zeros;
  totals[kBelow] -= zeros;
  for (int bin = 0; bin < kHistogramBins; ++bin)
    bins[bin] = flat.empty() ? std::numeric_limits<float>::quiet_NaN()
                             : static_cast<float>(static_cast<double>(totals[bin]) / static_cast<double>(flat.size()));
}

}  // namespace gradclinic
