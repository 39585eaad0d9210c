#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gradclinic/diagnosis/rules.h"

namespace gradclinic::pathologies {
namespace {

/// Shares of the variance of what is predicted in evaluation mode that are chance: worth saying, and too much.
constexpr double kSomeChance = 0.01;
constexpr double kMuchChance = 0.1;

Finding never_off(double chance) {
  return {.confidence = 0.9,
          .evidence = {{"share of the predictions' variance that is chance, in evaluation mode", chance, "0"}},
          .rule = "dropout is on in evaluation mode, too",
          .sentence =
              "Units are dropped in evaluation, too, so that predictions are chance in part: F.dropout does not "
              "know of model.eval() unless it is called with training=self.training; nn.Dropout does.",
          .by_hand = true,
          .fatal = chance > kMuchChance};
}

std::optional<Finding> examine(const Chart& chart) {
  const double dropout = chart.spec().model.dropout;
  if (const double chance = chart.fact("evaluation_noise"); dropout > 0 && chance > kSomeChance)
    return never_off(chance);
  if (dropout < 0.2) return std::nullopt;
  const double survives = std::pow(1 - dropout, chart.hidden());
  return Finding{
      .confidence = 0.25 + 0.6 * std::max(ramp(dropout, 0.3, 0.7), 0.8 * log_ramp(survives, 0.3, 0.01)),
      .onset_step = 0,
      .evidence = {{"share dropped in each hidden layer", dropout, "0.5 at most, less in narrow or deep networks"},
                   {"share of paths through all layers that is left", survives, ""}},
      .rule = fmt::format("dropout {:.3g} in {} hidden layers", dropout, chart.hidden()),
      .sentence = "Dropout removes so much at every step that the network cannot fit what it is shown."};
}

std::vector<std::vector<Change>> without(const Chart&) { return alone("model.dropout", "0.0"); }

}  // namespace

Pathology excess_dropout() {
  return {.id = "excess-dropout",
          .summary = "dropout so strong that the network underfits",
          .mechanism =
              "Each step trains a random part of the network. Where few units are left, or many layers drop in a row, "
              "the noise drowns the signal.",
          .reference = "Srivastava et al. 2014, Dropout",
          .needs = {"survey.loss"},
          .fixes = {"dropout-down"},
          .look_alikes = {"gradient-noise", "over-regularized"},
          .leads_to = {"loss-plateau", "gradient-noise", "rank-collapse"},
          .stage = Stage::regularization,
          .examine = examine,
          .without = without};
}

}  // namespace gradclinic::pathologies
