#include "gradclinic/theory/depth_scales.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "gradclinic/net/initializer.h"
#include "gradclinic/theory/moments.h"

namespace gradclinic {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();
constexpr double kVanished = 1e-14;
constexpr double kLargest = 1e12;

/// Layers over which a quantity that is multiplied by `factor` each layer changes by e.
std::optional<double> depth_of(double factor) {
  if (std::abs(factor - 1) < 1e-9) return kInfinite;
  if (!(factor > 0)) return 0;
  if (factor > 1) return std::nullopt;
  return -1 / std::log(factor);
}

struct Map {
  const Activation& activation;
  double mean;
  double weight;  // of mean squares: dropout included
  double bias;
};

/// The variance that the map tends to from `variance`: Newton's steps where it attracts, the map's own elsewhere.
/// What neither settles nor vanishes grows, be it by a power of the depth.
double fixed_variance(const Map& map, double variance) {
  for (int step = 0; step < 1000; ++step) {
    const ActivationMoments moments = activation_moments(map.activation, map.mean, variance);
    const double next = map.weight * moments.mean_square + map.bias;
    const double slope = map.weight * moments.growth;
    if (std::abs(next - variance) <= 1e-13 * variance) return next;
    const double newton = variance + (next - variance) / (1 - slope);
    variance = slope < 1 && newton > 0 ? newton : next;
    if (variance < kVanished) return 0;
    if (variance > kLargest) break;
  }
  return kInfinite;
}

/// The root of c = (weight E[phi phi](c) + bias) / variance in [0, 1]: the map is convex, so that where it ends above
/// slope 1 or below 1 there is one below 1.
double fixed_correlation(const HermiteSeries& values, double weight, double bias, double variance) {
  double low = 0, high = 1 - 1e-9;
  const auto rises = [&](double c) { return weight * values.at(c) + bias > variance * c; };
  if (rises(high)) return 1;
  for (int halving = 0; halving < 60; ++halving) {
    const double middle = (low + high) / 2;
    (rises(middle) ? low : high) = middle;
  }
  return low;
}

DepthScales with_phase(DepthScales scales) {
  scales.gradient_depth = 1 / std::abs(std::log(scales.chi));
  scales.phase = std::abs(scales.chi - 1) < 0.01 ? "critical" : scales.chi < 1 ? "ordered" : "chaotic";
  return scales;
}

/// LSUV and the norms hold the variance at 1: sigma_w^2 follows from it.
DepthScales held_scales(const ModelSpec& model, const Activation& activation, WeightLaw law, double keep) {
  const bool scaled = find_initializer(model.init).scales_by_data && model.norm == "none";
  const double mean = scaled ? model.bias_init : 0;
  const ActivationMoments moments = activation_moments(activation, mean, 1);
  if (scaled) law.weight = 1 / (keep * moments.mean_square);
  const double spread = keep * moments.mean_square - moments.mean * moments.mean;
  const double variance =
      model.norm == "batch" ? law.weight * spread : law.weight * keep * moments.mean_square + law.bias;
  DepthScales scales{.pre_activation = 1 + mean * mean,
                     .chi = law.weight * keep * moments.slope_square / variance,
                     .pre_activation_depth = 0};
  if (model.norm != "batch") {
    const HermiteSeries slopes = slope_series(activation, mean, 1);
    scales.correlation = fixed_correlation(value_series(activation, mean, 1), law.weight, law.bias, variance);
    scales.correlation_depth = depth_of(law.weight * slopes.at(*scales.correlation) / variance);
  }
  return scales;
}

DepthScales free_scales(const Map& map, double keep, double start) {
  const double variance = fixed_variance(map, start);
  const bool grows = variance == kInfinite;
  const ActivationMoments moments = activation_moments(map.activation, map.mean, grows ? kLargest : variance);
  DepthScales scales{.pre_activation = grows ? kInfinite : variance + map.mean * map.mean,
                     .chi = map.weight * moments.slope_square};
  if (grows) return scales;
  scales.pre_activation_depth = depth_of(map.weight * moments.growth);
  const double weight = map.weight / keep;
  if (variance > kVanished && (keep > 1 || scales.chi > 1 + 1e-9))
    scales.correlation =
        fixed_correlation(value_series(map.activation, map.mean, variance), weight, map.bias, variance);
  else
    scales.correlation = 1;
  const HermiteSeries slopes = slope_series(map.activation, map.mean, variance);
  scales.correlation_depth = depth_of(weight * slopes.at(*scales.correlation));
  return scales;
}

}  // namespace

std::optional<double> DepthScales::trainable_depth() const {
  return correlation_depth ? std::optional<double>(6 * *correlation_depth) : std::nullopt;
}

std::optional<DepthScales> depth_scales(const ModelSpec& model, double pre_activation) {
  const std::optional<WeightLaw> law = weight_law(model, model.width, model.width);
  if (model.kind != "mlp" || model.residual || !law) return std::nullopt;
  const Activation& activation = find_activation(model.activation);
  const double keep = 1 / (1 - model.dropout);
  if (model.norm != "none" || find_initializer(model.init).scales_by_data)
    return with_phase(held_scales(model, activation, *law, keep));
  const double mean = model.bias_init;
  const double start = std::max(pre_activation - mean * mean, 1e-12);
  return with_phase(free_scales({activation, mean, law->weight * keep, law->bias}, keep, start));
}

DepthScales depth_scales(const Activation& activation, const WeightLaw& law, double pre_activation) {
  return with_phase(free_scales({activation, 0, law.weight, law.bias}, 1, pre_activation));
}

}  // namespace gradclinic
