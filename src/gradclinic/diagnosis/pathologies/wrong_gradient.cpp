#include <fmt/format.h>

#include "gradclinic/diagnosis/outside_changes.h"
#include "gradclinic/diagnosis/rules.h"

namespace gradclinic::pathologies {
namespace {

/// Of a slope. Kinks and rounding come to less than a thousandth of it.
constexpr double kWrong = 0.01;

/// Cosine. Steps of every optimizer are well below 0 at first.
constexpr double kUp = 0.2;

/// Where the loss is one of which less is better.
bool climbs(const Chart& chart) {
  return chart.spec().model.kind == "outside" && chart.fact("ascent") > kUp && !chart.course().of_first;
}

/// Between the gradient of a bias and the outputs' of the same step, which is all that reaches it.
constexpr double kTurned = 0.9;

bool is_turned(const Chart& chart) { return chart.fact("gradient_turned") > kTurned && !chart.course().of_first; }

Finding of_turned(const Chart& chart) {
  return {.confidence = 0.95,
          .onset_step = 0,
          .evidence = {{"cosine between the last bias's gradient and that of the outputs",
                        -chart.fact("gradient_turned"), "1"}},
          .rule = "the gradients that weights get have their sign turned",
          .sentence =
              "Between the loss and the optimizer the gradients' sign is turned (a hook, or a change of .grad "
              "before the step), so that each step makes the loss larger.",
          .by_hand = true,
          .fatal = true};
}

Finding of_ascent(const Chart& chart) {
  return {
      .confidence = 0.95,
      .onset_step = 0,
      .evidence = {{"cosine between the first steps and the gradients before them", chart.fact("ascent"), "below 0"}},
      .rule = "steps go up the gradient",
      .sentence =
          "Steps go up the gradient, so that each makes the loss larger: the rate is below 0, or the optimizer "
          "has maximize=True.",
      .by_hand = true,
      .fatal = true};
}

Finding of_growth(const Chart& chart) {
  return {.confidence = 0.85,
          .onset_step = 0,
          .evidence = {{"weight decay", -chart.fact("weight_growth"), "0 or more"}},
          .rule = "the weight decay is below 0",
          .sentence = "The weight decay is below 0: each step makes every weight larger, whatever its gradient says.",
          .by_hand = true,
          .fatal = learns_little(chart)};
}

bool is_hooked(const Chart& chart) { return chart.fact("gradient_hooks") > 0; }

/// Clipping by hooks is common and harmless: a trial has to tell.
Finding of_hooks(const Chart& chart) {
  return {.confidence = 0.7,
          .onset_step = 0,
          .evidence = {{"parameters with a hook on their gradient", chart.fact("gradient_hooks"), "0"}},
          .rule = "hooks change what gradients parameters get",
          .sentence =
              "Hooks of your own (register_hook) change the gradients that parameters get, and without them it "
              "trains clearly better: look at what they add, scale or turn.",
          .by_hand = true};
}

bool is_off(const Chart& chart) { return chart.fact("gradient_gap") > kWrong; }

bool is_cut(const Chart& chart) { return chart.fact("gradient_cut") == 1; }

std::optional<Finding> examine(const Chart& chart) {
  if (is_turned(chart)) return of_turned(chart);
  if (climbs(chart)) return of_ascent(chart);
  if (chart.fact("weight_growth") > 0) return of_growth(chart);
  if (!is_off(chart) && is_hooked(chart)) return of_hooks(chart);
  const double gap = chart.fact("gradient_gap");
  if (!is_off(chart)) return std::nullopt;
  Finding finding{
      .confidence = 0.7,
      .onset_step = 0,
      .evidence = {{"slope of the outputs along a weight beside what its gradient says, off by", gap, "below 0.01"}},
      .rule = fmt::format("gradients are off by {:.3g} % of the outputs' slope", 100 * gap),
      .sentence =
          is_cut(chart)
              ? "The weights of a layer get the gradient of a part of what they do: detach(), .data or no_grad() "
                "takes the rest out of the graph. Where that is not meant (a stop-gradient, a state that is "
                "handed on without its history), leave it out."
              : "The weights of a layer, and of those before it, get gradients that are not those of the "
                "outputs: a backward() of your own, or a value changed behind autograd's back, is wrong "
                "between that layer and the output (torch.autograd.gradcheck tells). Where that is not meant "
                "(straight-through, a reversed gradient), mend it.",
      .by_hand = true};
  if (const auto layer = static_cast<int>(chart.fact("gradient_gap_layer")); layer >= 1 && layer <= chart.depth())
    finding.layers = {layer};
  return finding;
}

std::vector<std::vector<Change>> without(const Chart& chart) {
  if (is_turned(chart) || climbs(chart) || chart.fact("weight_growth") > 0) return {};
  if (!is_off(chart)) return alone(kHooksKey, "false");
  return is_cut(chart) ? alone(kDetachKey, "false") : alone(kBackwardKey, "derived");
}

}  // namespace

Pathology wrong_gradient() {
  return {
      .id = "wrong-gradient",
      .summary = "steps that do not follow the gradient of the model's outputs",
      .mechanism =
          "A step goes down what it takes for the gradient. If part of the graph is cut, a backward pass written by "
          "hand is wrong, or the sign is turned, that is another way than the one on which the loss falls.",
      .reference =
          "Karpathy 2015, CS231n (gradient checks); Ben Braiek and Khomh 2023, Testing feedforward neural networks "
          "training programs",
      .needs = {"data.gradient_gap"},
      .fixes = {},
      .look_alikes = {"vanishing-gradient", "disconnected-parameter"},
      .leads_to = {"worse-than-plain", "loss-plateau", "undertrained", "divergence", "update-ratio",
                   "learning-rate-too-high"},
      .stage = Stage::model,
      .examine = examine,
      .without = without};
}

}  // namespace gradclinic::pathologies
