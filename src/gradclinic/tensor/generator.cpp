#include "gradclinic/tensor/generator.h"

#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

namespace gradclinic {
namespace {

constexpr double kTwoPi = 2 * std::numbers::pi;

float unit(std::uint32_t bits) { return static_cast<float>(bits & ((1U << 24) - 1)) * 0x1p-24F; }
double unit(std::uint64_t bits) { return static_cast<double>(bits & ((1ULL << 53) - 1)) * 0x1p-53; }

/// Box-Muller over 16 uniforms, as ATen's normal_fill pairs them: entry j with entry j + 8.
template <class T>
void normal_of_16_uniforms(T* values, T mean, T deviation) {
  for (int j = 0; j < 8; ++j) {
    const T radius = std::sqrt(T(-2) * std::log(1 - values[j]));
    const T angle = static_cast<T>(kTwoPi) * values[j + 8];
    values[j] = radius * std::cos(angle) * deviation + mean;
    values[j + 8] = radius * std::sin(angle) * deviation + mean;
  }
}

template <class T, class Draw>
void fill_normal(std::span<T> out, T mean, T deviation, Draw draw_uniform) {
  for (T& value : out) value = draw_uniform();
  const std::size_t size = out.size();
  for (std::size_t first = 0; first + 15 < size; first += 16)
    normal_of_16_uniforms(out.data() + first, mean, deviation);
  if (size % 16 == 0) return;
  // ATen redraws the last 16 entries when the length is no multiple of 16.
  T* last = out.data() + size - 16;
  for (int j = 0; j < 16; ++j) last[j] = draw_uniform();
  normal_of_16_uniforms(last, mean, deviation);
}

}  // namespace

Generator::Generator(std::uint64_t seed) : engine_(static_cast<std::uint32_t>(seed)) {}

std::uint32_t Generator::random() { return static_cast<std::uint32_t>(engine_()); }

std::uint64_t Generator::random64() {
  const std::uint64_t high = random();
  return high << 32 | random();
}

double Generator::uniform_double() { return unit(random64()); }

double Generator::normal_double() {
  if (next_normal_) return *std::exchange(next_normal_, std::nullopt);
  const double first = uniform_double();
  const double second = uniform_double();
  const double radius = std::sqrt(-2 * std::log1p(-second));
  next_normal_ = radius * std::sin(kTwoPi * first);
  return radius * std::cos(kTwoPi * first);
}

void Generator::uniform(std::span<float> out, float low, float high) {
  for (float& value : out) value = unit(random()) * (high - low) + low;
}

void Generator::uniform(std::span<double> out, double low, double high) {
  for (double& value : out) value = uniform_double() * (high - low) + low;
}

void Generator::normal(std::span<float> out, float mean, float deviation) {
  if (out.size() >= 16) return fill_normal(out, mean, deviation, [this] { return unit(random()); });
  for (float& value : out) value = static_cast<float>(normal_double() * deviation + mean);
}

void Generator::normal(std::span<double> out, double mean, double deviation) {
  if (out.size() >= 16) return fill_normal(out, mean, deviation, [this] { return uniform_double(); });
  for (double& value : out) value = normal_double() * deviation + mean;
}

std::vector<std::int64_t> Generator::permutation(std::int64_t n) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(n));
  permutation(order);
  return order;
}

void Generator::permutation(std::span<std::int64_t> out) {
  std::iota(out.begin(), out.end(), std::int64_t{0});
  for (std::size_t i = 0; i + 1 < out.size(); ++i) std::swap(out[i], out[i + random() % (out.size() - i)]);
}

}  // namespace gradclinic
