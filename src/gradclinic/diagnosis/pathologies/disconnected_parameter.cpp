#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gradclinic/diagnosis/outside_changes.h"
#include "gradclinic/diagnosis/reference_recipes.h"
#include "gradclinic/diagnosis/rules.h"

namespace gradclinic::pathologies {
namespace {

/// A step that is expected to change the weights by this share of themselves would be seen in float; one far below
/// rounds to nothing.
constexpr double kSeen = 1e-5;

/// Layers whose weight gradient is exactly 0 at every step, while something else, a bias at least, gets one.
std::vector<int> without_gradient(const Chart& chart) {
  std::vector<int> layers;
  if (!(chart.largest("gradient_norm", 0, kWhole) > 0)) return layers;
  for (int layer = 1; layer <= chart.depth(); ++layer)
    if (chart.largest("weight_grad.l2", layer, kWhole) == 0) layers.push_back(layer);
  return layers;
}

/// Whether the backward pass never comes to the layer, whose weight gradient is 0: its output is detached, or not used.
/// Of a network built from a spec each layer's output is.
bool is_cut_off(const Chart& chart, int layer) {
  return chart.spec().model.kind == "outside" && chart.has("pre_activation_grad.l2") &&
         std::isnan(chart.largest("pre_activation_grad.l2", layer, kWhole));
}

/// What a step of the optimizer should come to, over the weights: the rate times the gradient that clipping leaves;
/// adaptive optimizers move each weight by about the rate.
double expected_ratio(const Chart& chart, int layer) {
  const double rate = chart.largest("lr", 0, kWhole);
  const std::string& optimizer = chart.spec().train.optimizer;
  if (optimizer == "adam" || optimizer == "adamw" || optimizer == "rmsprop")
    return rate / std::max(1e-12, chart.surveyed_first("weight_deviation", layer));
  const double kept = chart.median("clipped_gradient_norm", 0, kWhole) / chart.median("gradient_norm", 0, kWhole);
  const double gradient = chart.median("weight_grad.l2", layer, kWhole) * (std::isnan(kept) ? 1 : kept);
  return rate * gradient / std::max(1e-12, chart.median("weight.l2", layer, kWhole));
}

/// Layers whose weights get a gradient and are never moved: the optimizer does not know them. Where networks are built
/// from a spec it knows all.
std::vector<int> not_given(const Chart& chart) {
  std::vector<int> layers;
  if (chart.spec().model.kind != "outside") return layers;
  for (int layer = 1; layer <= chart.depth(); ++layer) {
    const bool moves = chart.largest("update.l2", layer, kWhole) != 0;
    if (!moves && chart.median("weight_grad.l2", layer, kWhole) > 0 && expected_ratio(chart, layer) > kSeen)
      layers.push_back(layer);
  }
  return layers;
}

/// Layers of a network from outside that no gradient is taken of, while others learn.
std::vector<int> frozen(const Chart& chart) {
  std::vector<int> layers;
  if (chart.spec().model.kind != "outside" || !(chart.largest("gradient_norm", 0, kWhole) > 0)) return layers;
  for (int layer = 1; layer <= chart.depth(); ++layer)
    if (std::isnan(chart.largest("weight_grad.l2", layer, kWhole))) layers.push_back(layer);
  return layers;
}

/// It is done on purpose, so that only a trial can tell whether too much of the network is held.
Finding of_frozen(const Chart& chart, const std::vector<int>& layers) {
  return {.confidence = 0.5,
          .layers = layers,
          .evidence = {{"layers whose weights take no gradient", static_cast<double>(layers.size()),
                        fmt::format("of {}", chart.depth())}},
          .rule = fmt::format("{} of {} layers are frozen", layers.size(), chart.depth()),
          .sentence =
              "Layers are frozen (requires_grad is False), and what is left to learn cannot make up for what "
              "they do not give. Let them learn, too, or start them from weights that suit the task.",
          .by_hand = true};
}

Finding of_optimizer(const Chart& chart, const std::vector<int>& layers) {
  const int first = layers.front();
  const bool all = static_cast<int>(layers.size()) == chart.depth();
  return Finding{
      .confidence = 0.95,
      .onset_step = 0,
      .layers = layers,
      .evidence = {{fmt::format("typical gradient norm of layer {}'s weights", first),
                    chart.median("weight_grad.l2", first, kWhole), ""},
                   {"largest update of these weights over all steps", 0, "above 0"},
                   {"update over weights that such a gradient should make", expected_ratio(chart, first), ""}},
      .rule =
          fmt::format("the weights of {} of {} layers get a gradient and never change", layers.size(), chart.depth()),
      .sentence = all ? "No layer's weights ever change, though they get a gradient: the optimizer was made for other "
                        "parameters. Make it of model.parameters()."
                      : "Weights of a layer get a gradient and never change: the optimizer was not given them. Make it "
                        "of model.parameters().",
      .by_hand = true};
}

/// Whether not even a bias ever gets a gradient, in a network from outside whose output could pass one on.
bool no_gradient_at_all(const Chart& chart) {
  return chart.spec().model.kind == "outside" && chart.largest("gradient_norm", 0, kWhole) == 0 &&
         !output_is_dead(chart) && chart.fact("softmax_of_one") != 1;
}

Finding of_no_gradient() {
  return {.confidence = 0.95,
          .onset_step = 0,
          .evidence = {{"largest norm of the gradient over all steps", 0, "above 0"}},
          .rule = "the gradient is exactly 0 at every step",
          .sentence =
              "No weight ever gets a gradient: what the loss is computed from does not change with the outputs. Look "
              "for round(), argmax(), sign(), a comparison or a conversion to whole numbers between output and loss.",
          .by_hand = true,
          .fatal = true};
}

/// Whether there are gradients, and none is left when the optimizer looks.
bool erased(const Chart& chart) {
  return chart.spec().model.kind == "outside" && chart.largest("gradient_norm", 0, kWhole) > 0 &&
         chart.largest("clipped_gradient_norm", 0, kWhole) == 0;
}

Finding of_erased(const Chart& chart) {
  return {.confidence = 0.98,
          .onset_step = 0,
          .evidence = {{"largest norm of the gradient after the backward pass",
                        chart.largest("gradient_norm", 0, kWhole), ""},
                       {"largest norm of the gradient before the update", 0, "above 0"}},
          .rule = "every gradient is 0 again by the time of the update",
          .sentence =
              "The backward pass gives gradients, and all of them are 0 when the optimizer steps: zero_grad() stands "
              "between backward() and step(), step() comes before backward(), or gradients are clipped to 0. The order "
              "is zero_grad(), backward(), step().",
          .by_hand = true,
          .fatal = true};
}

/// It may be done on purpose, with features that are not to learn; only a trial tells.
Finding of_graph(double share) {
  return {.confidence = 0.6,
          .onset_step = 0,
          .evidence = {{"share of the layers that are called only where gradients are off", share, "0"}},
          .rule = fmt::format("{:.0f} % of the layers are called only where gradients are off", 100 * share),
          .sentence =
              "The model computes part of its output with gradients off, so that these layers never learn: "
              "torch.no_grad(), inference_mode() or set_grad_enabled(False) is meant for evaluation.",
          .by_hand = true};
}

std::optional<Finding> examine(const Chart& chart) {
  if (no_gradient_at_all(chart)) return of_no_gradient();
  if (erased(chart)) return of_erased(chart);
  if (const std::vector<int> layers = not_given(chart); !layers.empty()) return of_optimizer(chart, layers);
  const std::vector<int> layers = without_gradient(chart);
  if (layers.empty()) {
    if (const double share = chart.fact("without_graph"); share > 0) return of_graph(share);
    const std::vector<int> held = frozen(chart);
    return held.empty() ? std::nullopt : std::optional(of_frozen(chart, held));
  }
  const int first = layers.front();
  const bool cut_off = is_cut_off(chart, first);
  return Finding{
      .confidence = cut_off ? 0.95 : 0.8,
      .onset_step = 0,
      .layers = layers,
      .evidence = {{fmt::format("largest gradient norm of layer {}'s weights over all steps", first),
                    chart.largest("weight_grad.l2", first, kWhole), "above 0"}},
      .rule = fmt::format("the gradient of {} layers' weights is exactly 0 at every step", layers.size()),
      .sentence = cut_off ? "The backward pass never comes to a layer, so that its weights never learn: its output is "
                            "detached from the graph, or the loss does not depend on it. Look for detach(), .data, "
                            "no_grad() or a conversion to NumPy between it and the loss."
                          : "Weights of a layer never get a gradient: what they compute does not reach the loss.",
      .by_hand = cut_off,
      .fatal = hardly_learns(chart)};
}

std::vector<std::vector<Change>> without(const Chart& chart) {
  if (no_gradient_at_all(chart) || erased(chart)) return {};
  if (!not_given(chart).empty()) return alone(kParametersKey, "all");
  const std::vector<int> layers = without_gradient(chart);
  if (layers.empty()) return alone(chart.fact("without_graph") > 0 ? kDetachKey : kFrozenKey, "false");
  if (is_cut_off(chart, layers.front())) return alone(kDetachKey, "false");
  return drawn_anew(chart.spec().model);
}

}  // namespace

Pathology disconnected_parameter() {
  return {
      .id = "disconnected-parameter",
      .summary = "weights that never receive a gradient, or that the optimizer was not given",
      .mechanism =
          "The output does not depend on them: they are not used, or everything behind them is multiplied by an "
          "exact 0. Or it does, and the optimizer, made for other parameters, leaves them where they started.",
      .reference =
          "Zhang et al. 2021, AUTOTRAINER; Nikanjam et al. 2021, Automatic fault detection for deep learning programs",
      .needs = {"weight_grad.l2", "gradient_norm"},
      .fixes = {"he-init", "leaky-relu", "reinitialize-dead"},
      .look_alikes = {"vanishing-gradient", "dead-relu"},
      .leads_to = {"loss-plateau", "undertrained"},
      .stage = Stage::model,
      .examine = examine,
      .without = without};
}

}  // namespace gradclinic::pathologies
