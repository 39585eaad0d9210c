#include "gradclinic/tensor/statistics.h"

#include <algorithm>
#include <cmath>

#include "gradclinic/tensor/statistics_pass.h"

namespace gradclinic {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// Entries of two tensors that the first-level cache holds together.
constexpr Index kCachedBlock = 4096;

/// The mean square below which squares of single entries may have vanished in float, and must not be summed there.
constexpr double kSmallestMeanSquare = 1e-31;
/// A variance below this share of the mean square has lost too many digits to subtraction.
constexpr double kSmallestVarianceShare = 1.0 / 256;

float entry(const PassInput& input, Index at) {
  return input.right == nullptr ? input.left[at] : input.left[at] - input.right[at];
}

/// A power of two that brings `magnitude` near 1, as far as float reaches.
float scale_for(float magnitude) {
  if (magnitude == 0) return 1;
  return std::ldexp(1.0F, std::clamp(-std::ilogb(magnitude), -126, 127));
}

struct Moments {
  double mean = 0;
  double variance = 0;
};

Moments moments_around(const PassInput& input, Index size, float pivot, float scale) {
  const ShiftedSums sums = pass_shifted(input, pivot, scale);
  const double mean = sums.sum / static_cast<double>(size);
  const double variance = std::max(0.0, sums.squares / static_cast<double>(size) - mean * mean);
  return {pivot + mean / scale, variance / scale / scale};
}

bool has_lost_digits(const Moments& moments) {
  return moments.variance < kSmallestVarianceShare * moments.mean * moments.mean;
}

/// Mean and variance from the sums where they are good, from further passes where they are not.
Moments moments_of(const PassInput& input, const PassSums& sums, Index size) {
  if (sums.min == sums.max) return {sums.min, 0};
  Moments moments;
  const double share = 1 / static_cast<double>(size);
  const double mean_square = sums.squares * share;
  if (std::isfinite(sums.squares) && mean_square >= kSmallestMeanSquare) {
    moments.mean = sums.sum * share;
    moments.variance = std::max(0.0, mean_square - moments.mean * moments.mean);
  } else {
    moments = moments_around(input, size, 0, scale_for(std::max(std::abs(sums.min), std::abs(sums.max))));
  }
  if (has_lost_digits(moments)) {
    const float pivot = static_cast<float>(moments.mean);
    moments = moments_around(input, size, pivot, scale_for(std::max(sums.max - pivot, pivot - sums.min)));
  }
  return moments;
}

/// Everything about a tensor with non-finite entries, in double and without SIMD.
TensorStatistics measure_finite_part(const PassInput& input, const UnitRule& rule) {
  TensorStatistics result;
  Index finite = 0, zeros = 0, saturated = 0, dead_units = 0, saturated_units = 0;
  double sum = 0, squares = 0;
  float low = std::numeric_limits<float>::infinity(), high = -low;
  for (Index row = 0; row < input.rows; ++row) {
    Index row_finite = 0, row_zeros = 0, row_saturated = 0;
    for (Index column = 0; column < input.columns; ++column) {
      const float x = entry(input, row * input.columns + column);
      if (std::isnan(x)) {
        ++result.nan_count;
      } else if (std::isinf(x)) {
        ++result.inf_count;
      } else {
        ++row_finite;
        sum += x;
        squares += static_cast<double>(x) * x;
        low = std::min(low, x);
        high = std::max(high, x);
        row_zeros += x == 0 ? 1 : 0;
        row_saturated += x <= rule.saturated_low || x >= rule.saturated_high ? 1 : 0;
      }
    }
    finite += row_finite;
    zeros += row_zeros;
    saturated += row_saturated;
    dead_units += rule.can_die && row_finite > 0 && row_zeros == row_finite ? 1 : 0;
    saturated_units += nearly_all(row_saturated, row_finite) ? 1 : 0;
  }
  const double count = finite > 0 ? static_cast<double>(finite) : kNaN;
  const double rows = finite > 0 ? static_cast<double>(input.rows) : kNaN;
  result.l2 = finite > 0 ? std::sqrt(squares) : kNaN;
  result.mean = sum / count;
  double deviations = 0;
  for (Index at = 0; at < input.rows * input.columns; ++at) {
    const double x = entry(input, at);
    if (std::isfinite(x)) deviations += (x - result.mean) * (x - result.mean);
  }
  result.deviation = std::sqrt(deviations / count);
  result.min = finite > 0 ? low : static_cast<float>(kNaN);
  result.max = finite > 0 ? high : static_cast<float>(kNaN);
  result.zeros = static_cast<double>(zeros) / count;
  result.saturated = static_cast<double>(saturated) / count;
  result.dead_units = static_cast<double>(dead_units) / rows;
  result.saturated_units = static_cast<double>(saturated_units) / rows;
  return result;
}

bool all_finite(const PassInput& input) {
  for (Index at = 0; at < input.rows * input.columns; ++at)
    if (!std::isfinite(entry(input, at))) return false;
  return true;
}

/// Fills a fresh `result` from a pass's sums. In place and from single values: moving structs through memory costs a
/// small tensor more than its pass.
void finish(TensorStatistics& result, const PassInput& input, const PassSums& sums, const UnitRule& rule) {
  const Index size = input.rows * input.columns;
  if (size == 0 || (!std::isfinite(sums.squares) && !all_finite(input))) {
    result = measure_finite_part(input, rule);
    return;
  }
  const double count = static_cast<double>(size);
  const Moments moments = moments_of(input, sums, size);
  result.l2 = std::sqrt(count * (moments.variance + moments.mean * moments.mean));
  result.mean = moments.mean;
  result.deviation = std::sqrt(moments.variance);
  result.min = sums.min;
  result.max = sums.max;
  result.zeros = static_cast<double>(sums.zeros) / count;
  if (rule.can_die) result.dead_units = static_cast<double>(sums.zero_rows) / static_cast<double>(input.rows);
  if (!(sums.min <= rule.saturated_low || sums.max >= rule.saturated_high)) return;
  const UnitCounts units = count_saturated(input, rule);
  result.saturated_units = static_cast<double>(units.saturated_units) / static_cast<double>(input.rows);
  result.saturated = static_cast<double>(units.saturated) / count;
}

void measure_into(TensorStatistics& result, const PassInput& input, const UnitRule& rule) {
  finish(result, input, pass_once(input), rule);
}

void add(PassSums& total, const PassSums& part) {
  total.sum += part.sum;
  total.squares += part.squares;
  total.min = std::min(total.min, part.min);
  total.max = std::max(total.max, part.max);
  total.zeros += part.zeros;
}

}  // namespace

TensorStatistics measure(const View<const float>& values, const UnitRule& rule) {
  TensorStatistics result;
  measure_into(result, {values.data, nullptr, values.rows, values.columns, rule.can_die}, rule);
  return result;
}

TensorStatistics measure_difference(const View<const float>& left, const View<const float>& right) {
  TensorStatistics result;
  measure_into(result, {left.data, right.data, left.rows, left.columns}, UnitRule{});
  return result;
}

ChangeStatistics measure_change(const View<const float>& after, const View<const float>& before) {
  const PassInput values{after.data, nullptr, after.rows, after.columns};
  const PassInput change{after.data, before.data, after.rows, after.columns};
  PassSums of_values{.min = kInfinity, .max = -kInfinity}, of_change = of_values;
  for (Index at = 0; at < after.size(); at += kCachedBlock) {
    const Index size = std::min(kCachedBlock, after.size() - at);
    add(of_values, pass_once({after.data + at, nullptr, 1, size}));
    add(of_change, pass_once({after.data + at, before.data + at, 1, size}));
  }
  ChangeStatistics result;
  finish(result.values, values, of_values, UnitRule{});
  finish(result.change, change, of_change, UnitRule{});
  return result;
}

}  // namespace gradclinic
