#include "gradclinic/report/axis.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <initializer_list>

#include "gradclinic/support/number_text.h"

namespace gradclinic {

namespace {

constexpr double kRoom = 0.04;
constexpr double kLargest = 1e300;

// factor x 10^exponent as it is written, so that 0.3 is 0.3.
double round_number(int factor, int exponent) {
  return std::strtod(fmt::format("{}e{}", factor, exponent).c_str(), nullptr);
}

std::vector<double> linear_ticks(double low, double high, int most) {
  // Closer together than this, round steps no longer differ in double precision.
  if (high - low <= 1e-9 * std::max(std::abs(low), std::abs(high))) return {low};
  const double least = (high - low) / most;
  double step = std::pow(10.0, std::floor(std::log10(least)));
  for (double factor : {1.0, 2.0, 5.0, 10.0}) {
    if (step * factor < least * 0.9999) continue;
    step *= factor;
    break;
  }
  std::vector<double> ticks;
  for (double index = std::ceil(low / step - 1e-9); index * step <= high + step * 1e-9; ++index)
    ticks.push_back(index == 0 ? 0 : index * step);
  return ticks;
}

std::vector<double> decades(double low, double high, int most) {
  const int first = static_cast<int>(std::ceil(std::log10(low) - 1e-9));
  const int last = static_cast<int>(std::floor(std::log10(high) + 1e-9));
  const int step = std::max(1, static_cast<int>(std::ceil((last - first + 1) / static_cast<double>(most))));
  std::vector<double> ticks;
  for (int exponent = first; exponent <= last; ++exponent)
    if (exponent % step == 0) ticks.push_back(round_number(1, exponent));
  return ticks;
}

std::vector<double> multiples(double low, double high, std::initializer_list<int> factors) {
  std::vector<double> ticks;
  const int first = static_cast<int>(std::floor(std::log10(low)));
  const int last = static_cast<int>(std::ceil(std::log10(high)));
  for (int exponent = first; exponent <= last; ++exponent)
    for (int factor : factors)
      if (const double tick = round_number(factor, exponent); tick >= low * 0.9999 && tick <= high * 1.0001)
        ticks.push_back(tick);
  return ticks;
}

}  // namespace

Axis Axis::exact(double low, double high, bool log) { return {low, high, log}; }

Axis Axis::fit(const std::vector<double>& values, bool log, bool to_zero) {
  const Axis kind(0, 1, log);
  std::vector<double> held;
  std::copy_if(values.begin(), values.end(), std::back_inserter(held), [&](double value) { return kind.holds(value); });
  if (held.empty()) return log ? Axis(1, 10, true) : Axis(0, 1, false);
  auto [least, greatest] = std::minmax_element(held.begin(), held.end());
  double low = std::clamp(*least, -kLargest, kLargest), high = std::clamp(*greatest, -kLargest, kLargest);
  if (log) {
    const double span = std::max(std::log10(high) - std::log10(low), 0.5);
    const double middle = (std::log10(high) + std::log10(low)) / 2;
    const double half = span * (0.5 + kRoom);
    return {std::max(std::pow(10.0, middle - half), 1e-307), std::min(std::pow(10.0, middle + half), 1e307), true};
  }
  if (to_zero && low >= 0 && low < 0.4 * high) low = 0;
  const double least_span = std::max(1e-6 * std::max(std::abs(low), std::abs(high)), 1e-12);
  const bool flat = high - low < least_span;
  const double room = flat ? std::max(0.5 * std::abs(high), least_span) : (high - low) * kRoom;
  return {to_zero && low == 0 ? 0 : low - room, high + room, false};
}

bool Axis::holds(double value) const { return std::isfinite(value) && (!log_ || value > 0); }

double Axis::place(double value) const {
  if (!holds(value)) return value > 0 && std::isinf(value) ? 1 : 0;
  if (log_) return (std::log10(value) - std::log10(low_)) / (std::log10(high_) - std::log10(low_));
  return (value - low_) / (high_ - low_);
}

std::vector<double> Axis::ticks(int most) const {
  if (!log_) return linear_ticks(low_, high_, most);
  std::vector<double> ticks = decades(low_, high_, most);
  if (ticks.size() < 3) ticks = multiples(low_, high_, {1, 3});
  if (ticks.size() < 3) ticks = multiples(low_, high_, {1, 2, 5});
  if (ticks.size() < 3) ticks = linear_ticks(low_, high_, most);
  return ticks;
}

std::vector<double> Axis::ticks_at(std::vector<double> values, double apart) const {
  std::erase_if(values, [&](double value) { return !holds(value); });
  std::sort(values.rbegin(), values.rend());
  std::vector<double> kept;
  for (double value : values)
    if (kept.empty() || place(kept.back()) - place(value) >= apart) kept.push_back(value);
  std::reverse(kept.begin(), kept.end());
  return kept;
}

std::string tick_text(double value) {
  if (value <= 0) return number_text(value);
  const double exponent = std::round(std::log10(value));
  if (std::abs(value / std::pow(10.0, exponent) - 1) > 1e-9) return number_text(value);
  if (exponent < -3 || exponent > 4) return fmt::format("1e{}", static_cast<int>(exponent));
  return fmt::format("{:g}", value);
}

}  // namespace gradclinic
