#include "gradclinic/prediction_text.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "gradclinic/support/text.h"

namespace gradclinic {
namespace {

constexpr std::size_t kRows = 12;
constexpr double kLargestFloat = std::numeric_limits<float>::max();

/// The rows to show: all, or the first, the last and an even choice of those between.
std::vector<std::size_t> shown_rows(std::size_t count) {
  std::vector<std::size_t> rows;
  const std::size_t shown = std::min(count, kRows);
  for (std::size_t i = 0; i < shown; ++i)
    rows.push_back(shown == count ? i : (i * (count - 1) + (shown - 1) / 2) / (shown - 1));
  return rows;
}

std::string cell(const std::optional<double>& value) { return value ? fmt::format("{:.3g}", *value) : "-"; }

std::string table(const std::vector<LayerPrediction>& layers) {
  constexpr const char* kRow = "{:>5}  {:>5}  {:>14}  {:>10}  {:>9}  {:>11}  {:>15}\n";
  std::string text =
      fmt::format(kRow, "layer", "units", "pre-activation", "activation", "saturated", "correlation", "gradient");
  text += fmt::format(kRow, "", "", "mean square", "mean sq.", "share", "two inputs", "of last hidden");
  for (const std::size_t i : shown_rows(layers.size())) {
    const LayerPrediction& row = layers[i];
    text += fmt::format(kRow, row.layer, row.outputs, cell(row.pre_activation), cell(row.activation),
                        cell(row.saturated), fmt::format("{:.4f}", row.correlation), cell(row.gradient_ratio));
  }
  return text;
}

std::string gradient_sentence(const LayerPrediction& first, const LayerPrediction& last_hidden) {
  const double ratio = first.gradient_ratio;
  if (!std::isfinite(ratio) || last_hidden.pre_activation > kLargestFloat)
    return "The signal grows beyond what a float holds: training will diverge at once.";
  const std::string size = fmt::format("The gradient that reaches layer 1 is predicted to be {:.3g} {} layer {}'s",
                                       ratio, ratio < 1 ? "of" : "times", last_hidden.layer);
  if (ratio < 1e-3) return size + ": it will hardly learn.";
  if (ratio < 0.1) return size + ": it will learn slowly.";
  if (ratio <= 10) return size + ": gradients keep their size.";
  return size + ": gradients explode, so training needs a small learning rate or clipping.";
}

std::string signal_sentence(const LayerPrediction& last_hidden) {
  if (last_hidden.saturated > 0.3)
    return fmt::format("In layer {} a share of {:.2g} of the units is saturated: little gradient passes them.",
                       last_hidden.layer, *last_hidden.saturated);
  if (last_hidden.correlation > 0.99)
    return fmt::format(
        "Two unrelated inputs look nearly the same to layer {} (correlation {:.4f}): what tells them "
        "apart is hard to learn from there.",
        last_hidden.layer, last_hidden.correlation);
  if (last_hidden.pre_activation < 1e-6)
    return fmt::format("The signal fades to a mean square of {:.2g} at layer {}.", last_hidden.pre_activation,
                       last_hidden.layer);
  if (last_hidden.pre_activation > 1e6)
    return fmt::format("The signal grows to a mean square of {:.2g} at layer {}: expect the first steps to blow up.",
                       last_hidden.pre_activation, last_hidden.layer);
  return "";
}

std::string scales_sentence(const DepthScales& scales) {
  const std::string chi = fmt::format(
      "Going down a deep stack of such layers the squared gradient is multiplied by {:.3g} a layer", scales.chi);
  if (scales.phase == "critical") return chi + " (critical): depth does it little harm.";
  const std::string what = scales.phase == "ordered" ? "gradients vanish" : "gradients explode";
  const std::optional<double> depth = scales.trainable_depth();
  const std::string limit =
      depth && std::isfinite(*depth) ? fmt::format("; trainable down to about {:.0f} layers", *depth) : "";
  return fmt::format("{} ({}: {}){}.", chi, scales.phase, what, limit);
}

std::string loss_sentence(const SpecForecast& forecast) {
  const std::string start = fmt::format("The loss should start near {:.4g}", *forecast.initial_loss);
  if (forecast.classes > 0)
    return fmt::format("{}; guessing all {} classes alike gives {:.4g}.", start, forecast.classes,
                       std::log(static_cast<double>(forecast.classes)));
  return start + " (the targets' mean square and the variance of the untrained outputs).";
}

/// JSON has no infinity and no NaN.
nlohmann::json number(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? nlohmann::json(*value) : nlohmann::json();
}

nlohmann::json layer_json(const LayerPrediction& row) {
  return {{"layer", row.layer},
          {"inputs", row.inputs},
          {"outputs", row.outputs},
          {"pre_activation_mean_square", number(row.pre_activation)},
          {"activation_mean_square", number(row.activation)},
          {"saturated", number(row.saturated)},
          {"correlation", number(row.correlation)},
          {"gradient_factor", number(row.gradient_factor)},
          {"gradient_ratio", number(row.gradient_ratio)}};
}

nlohmann::json scales_json(const DepthScales& scales) {
  return {{"pre_activation_mean_square", number(scales.pre_activation)},
          {"chi", number(scales.chi)},
          {"correlation", number(scales.correlation)},
          {"pre_activation_depth", number(scales.pre_activation_depth)},
          {"correlation_depth", number(scales.correlation_depth)},
          {"gradient_depth", number(scales.gradient_depth)},
          {"trainable_depth", number(scales.trainable_depth())},
          {"phase", scales.phase}};
}

}  // namespace

std::string prediction_text(const SpecForecast& forecast) {
  const ModelSpec& model = forecast.spec.model;
  std::string text =
      fmt::format("{}: {} layers, {}, init {}; {} inputs of mean square {:.3g}\n", forecast.spec.name, model.depth,
                  model.activation, model.init, forecast.inputs.features, forecast.inputs.mean_square);
  if (!forecast.forecast.prediction) return text + "Not predicted: " + forecast.forecast.why_not + ".\n";
  const std::vector<LayerPrediction>& layers = forecast.forecast.prediction->layers;
  text += table(layers);
  std::vector<std::string> sentences;
  if (layers.size() > 2) sentences.push_back(gradient_sentence(layers.front(), layers[layers.size() - 2]));
  if (layers.size() > 1) sentences.push_back(signal_sentence(layers[layers.size() - 2]));
  if (layers.size() > 2 && forecast.scales) sentences.push_back(scales_sentence(*forecast.scales));
  if (forecast.initial_loss) sentences.push_back(loss_sentence(forecast));
  std::erase(sentences, "");
  return text + join(sentences, "\n") + "\n";
}

nlohmann::json prediction_json(const SpecForecast& forecast) {
  nlohmann::json json = {{"name", forecast.spec.name},
                         {"inputs",
                          {{"features", forecast.inputs.features},
                           {"mean_square", forecast.inputs.mean_square},
                           {"mean", forecast.inputs.mean},
                           {"overlap", forecast.inputs.overlap}}},
                         {"not_predicted", nullptr},
                         {"layers", nlohmann::json::array()},
                         {"depth_scales", nullptr},
                         {"initial_loss", number(forecast.initial_loss)}};
  if (!forecast.forecast.prediction) {
    json["not_predicted"] = forecast.forecast.why_not;
    return json;
  }
  for (const LayerPrediction& row : forecast.forecast.prediction->layers) json["layers"].push_back(layer_json(row));
  if (forecast.scales) json["depth_scales"] = scales_json(*forecast.scales);
  return json;
}

}  // namespace gradclinic
