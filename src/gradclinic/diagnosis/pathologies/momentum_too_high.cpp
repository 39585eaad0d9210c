#include <fmt/format.h>

#include <algorithm>

#include "gradclinic/diagnosis/outside_changes.h"
#include "gradclinic/diagnosis/rules.h"

namespace gradclinic::pathologies {
namespace {

/// Whether the loop of a network from outside adds each gradient to those of all updates before.
bool keeps_gradients(const Chart& chart) { return chart.fact("gradients_kept") > 0.5; }

Finding of_kept_gradients(const Chart& chart) {
  return {.confidence = 0.9,
          .evidence = {{"share of updates whose gradients were added to those of updates before",
                        chart.fact("gradients_kept"), "0"}},
          .rule = "gradients of earlier updates are not cleared",
          .sentence =
              "Gradients of earlier updates are still there when new ones come, so that every update repeats all "
              "before it, as with a momentum of 1. Call optimizer.zero_grad() before each loss.backward().",
          .by_hand = true};
}

std::optional<Finding> examine(const Chart& chart) {
  if (keeps_gradients(chart)) return of_kept_gradients(chart);
  const TrainSpec& train = chart.spec().train;
  // Of Adam only that of a network from outside is known to be other than the usual 0.9.
  const bool adam = train.optimizer.starts_with("adam") && chart.spec().model.kind == "outside";
  if (!adam && train.optimizer != "momentum" && train.optimizer != "nesterov") return std::nullopt;
  if (train.momentum <= 0.92) return std::nullopt;
  return Finding{.confidence = 0.4 + 0.5 * ramp(train.momentum, 0.93, 0.99),
                 .onset_step = 0,
                 .evidence = {{adam ? "Adam's first beta, its momentum" : "momentum", train.momentum, "0.9 is usual"},
                              {"steps that a gradient acts on", 1 / std::max(1e-9, 1 - train.momentum), "about 10"}},
                 .rule = fmt::format("momentum {:.4g}: a step's gradient acts on for {:.0f} steps", train.momentum,
                                     1 / std::max(1e-9, 1 - train.momentum)),
                 .sentence = adam ? "Adam's first beta is so high that the weights run on past every minimum and swing "
                                    "back. Leave betas at (0.9, 0.999)."
                                  : "Momentum is so high that the weights run on past every minimum and swing back.",
                 .by_hand = adam};
}

std::vector<std::vector<Change>> without(const Chart& chart) {
  return keeps_gradients(chart) ? alone(kZeroGradKey, "true") : alone("train.momentum", "0.9");
}

}  // namespace

Pathology momentum_too_high() {
  return {.id = "momentum-too-high",
          .summary = "momentum that carries the weights past every minimum",
          .mechanism =
              "With momentum b a gradient acts on over about 1 / (1 - b) steps, and the effective rate is that many "
              "times the one set. Near 1 the weights oscillate slowly and widely, or diverge. Gradients that are never "
              "cleared act for ever.",
          .reference =
              "Sutskever et al. 2013, On the importance of initialization and momentum; Goh 2017, Why momentum "
              "really works",
          .needs = {"survey.loss"},
          .fixes = {"momentum", "lower-learning-rate", "adam"},
          .look_alikes = {"learning-rate-too-high"},
          .leads_to = {"learning-rate-too-high", "exploding-gradient", "divergence", "non-finite", "dead-relu",
                       "saturated-activation", "update-ratio", "loss-plateau"},
          .stage = Stage::optimization,
          .examine = examine,
          .without = without};
}

}  // namespace gradclinic::pathologies
