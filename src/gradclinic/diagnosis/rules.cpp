#include "gradclinic/diagnosis/rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gradclinic/support/statistics.h"

namespace gradclinic {

double ramp(double value, double from, double to) {
  if (std::isnan(value)) return 0;
  return std::clamp((value - from) / (to - from), 0.0, 1.0);
}

double log_ramp(double value, double from, double to) {
  if (std::isnan(value)) return 0;
  constexpr double kLeast = 1e-300;
  return ramp(std::log(std::max(value, kLeast)), std::log(from), std::log(to));
}

double layer_ratio(const Chart& chart, const std::string& quantity, int numerator, int denominator, Window window) {
  return chart.median(quantity, numerator, window) / chart.median(quantity, denominator, window);
}

LayerValue worst_layer(const Chart& chart, const std::string& surveyed, bool last) {
  LayerValue worst;
  for (int layer = 1; layer <= chart.hidden(); ++layer) {
    const double value = last ? chart.surveyed_last(surveyed, layer) : chart.surveyed_first(surveyed, layer);
    if (value > worst.value) worst = {layer, value};
  }
  return worst;
}

double typical_update_ratio(const Chart& chart, Window window) {
  std::vector<double> ratios;
  for (int layer = 1; layer <= chart.depth(); ++layer) {
    const double ratio = chart.median("update_ratio", layer, window);
    if (!std::isnan(ratio)) ratios.push_back(ratio);
  }
  return median(std::move(ratios));
}

std::string activation_of(const ModelSpec& model) { return model.kind == "rnn" ? "tanh" : model.activation; }

double fan_in(const Chart& chart, int layer) {
  if (chart.has("network.inputs")) return chart.median("network.inputs", layer, kWhole);
  return layer == 1 ? chart.fact("features") : static_cast<double>(chart.spec().model.width);
}

double fan_out(const Chart& chart, int layer) {
  if (chart.has("network.outputs")) return chart.median("network.outputs", layer, kWhole);
  return layer == chart.depth() ? chart.fact("outputs") : static_cast<double>(chart.spec().model.width);
}

double weight_gain(const Chart& chart, int layer) {
  const double inputs = fan_in(chart, layer);
  const double mean = chart.surveyed_first("weight_mean", layer);
  const double deviation = chart.surveyed_first("weight_deviation", layer);
  const double outputs = fan_out(chart, layer);
  const double size = std::sqrt(mean * mean + deviation * deviation);
  const double by_inputs = size * std::sqrt(inputs);
  const double by_both = size * std::sqrt((inputs + outputs) / 2);
  return std::abs(std::log(by_inputs)) < std::abs(std::log(by_both)) ? by_inputs : by_both;
}

std::vector<std::vector<Change>> with_rates(const Chart& chart, std::initializer_list<double> factors) {
  std::vector<std::vector<Change>> changes;
  for (double factor : factors)
    changes.push_back({{"train.lr", fmt::format("{:.6g}", chart.spec().train.lr * factor)}});
  return changes;
}

std::vector<std::vector<Change>> alone(const std::string& key, const std::string& value) { return {{{key, value}}}; }

double constant_loss(const Chart& chart) {
  const double by_place = chart.fact("constant_by_place");
  return by_place > 0 ? by_place : 1;
}

double constant_accuracy(const Chart& chart) {
  return std::fmax(chart.fact("largest_class"), chart.fact("largest_by_place"));
}

bool learns_little(const Chart& chart) { return !chart.course().empty() && chart.course().last().loss > 0.5; }

bool hardly_learns(const Chart& chart) {
  return !chart.course().empty() && chart.course().last().loss > 0.9 * constant_loss(chart);
}

bool output_is_dead(const Chart& chart) {
  return chart.spec().model.kind == "outside" && chart.largest("pre_activation.max", chart.depth(), kEnd) < 0 &&
         chart.largest("weight_grad.l2", chart.depth(), kEnd) == 0;
}

bool ends_finite(const Chart& chart) { return !chart.course().empty() && std::isfinite(chart.course().last().loss); }

}  // namespace gradclinic
