#include "gradclinic/support/number_text.h"

#include <fmt/format.h>

#include <cmath>

namespace gradclinic {

namespace {

// "8.60e-09" reads worse than "8.6e-9".
std::string with_exponent(double value) {
  const int exponent = static_cast<int>(std::floor(std::log10(std::abs(value))));
  std::string mantissa = fmt::format("{:.2g}", value / std::pow(10.0, exponent));
  if (mantissa == "10" || mantissa == "-10") return with_exponent(std::copysign(std::pow(10.0, exponent + 1), value));
  return fmt::format("{}e{}", mantissa, exponent);
}

}  // namespace

std::string number_text(double value) {
  if (std::isnan(value)) return "–";
  if (std::isinf(value)) return value > 0 ? "∞" : "−∞";
  const double size = std::abs(value);
  if (size == 0) return "0";
  if (size < 1e-300) return fmt::format("{:.2g}", value);
  if (size < 9.995e-4 || size >= 99999.5) return with_exponent(value);
  if (size >= 999.5) return fmt::format("{:.0f}", value);
  if (std::abs(size - 1) < 0.02) return fmt::format("{:.4g}", value);
  return fmt::format("{:.3g}", value);
}

std::string interval_text(double low, double high) { return number_text(low) + " to " + number_text(high); }

std::string duration_text(double seconds) {
  if (!std::isfinite(seconds) || seconds < 0) return "–";
  if (seconds < 9.95) return fmt::format("{:.1f} s", seconds);
  const long whole = std::lround(seconds);
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

std::string count_text(long count, const std::string& singular, const std::string& plural) {
  return fmt::format("{} {}", count, count == 1 ? singular : plural);
}

}  // namespace gradclinic
