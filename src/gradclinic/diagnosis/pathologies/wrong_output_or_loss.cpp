#include <fmt/format.h>

#include <algorithm>

#include "gradclinic/diagnosis/rules.h"

namespace gradclinic::pathologies {
namespace {

/// A regression on a handful of whole numbers, each taken by many samples: classes by another name.
bool regresses_classes(const Chart& chart) {
  const double values = chart.fact("target_values");
  return chart.spec().train.loss == "mse" && chart.fact("target_whole") == 1 && chart.fact("outputs") == 1 &&
         values >= 2 && values <= 20 && chart.fact("samples") >= 15 * values;
}

/// A transformer's attention is not, whatever its activation function.
bool linear(const Chart& chart) {
  const ModelSpec& model = chart.spec().model;
  return model.activation == "identity" && model.kind != "transformer" && chart.hidden() > 0;
}

std::optional<Finding> examine(const Chart& chart) {
  const bool classes = regresses_classes(chart);
  if (!classes && !linear(chart)) return std::nullopt;
  return Finding{
      .confidence = 0.7,
      .onset_step = 0,
      .layers = {chart.depth()},
      .evidence = {{"distinct target values", chart.fact("target_values"), ""},
                   {"samples", chart.fact("samples"), ""},
                   {"hidden layers", static_cast<double>(chart.hidden()), ""}},
      .rule = classes ? "mean squared error on few whole numbers"
                      : "hidden layers without a non-linear activation function",
      .sentence =
          classes ? "The targets are a few whole numbers, which look like classes, but the loss treats them as amounts."
                  : "Nothing between the layers is non-linear, so that all of them together are one linear layer."};
}

std::vector<std::vector<Change>> without(const Chart& chart) {
  if (!linear(chart)) return {};
  return {{{"model.activation", "relu"}}, {{"model.activation", "tanh"}}};
}

}  // namespace

Pathology wrong_output_or_loss() {
  return {.id = "wrong-output-or-loss",
          .summary = "a loss, an output or an activation function that does not suit the task",
          .mechanism =
              "A loss for amounts puts class 2 between classes 1 and 3; a network without non-linear functions can "
              "only draw straight lines. Training goes on and cannot arrive.",
          .reference = "Bishop 2006, Pattern Recognition and Machine Learning, sections 4.1 and 5.2",
          .needs = {"data.target_values"},
          .fixes = {"relu", "tanh"},
          .look_alikes = {"loss-plateau", "over-regularized"},
          .leads_to = {"loss-plateau"},
          .stage = Stage::model,
          .examine = examine,
          .without = without};
}

}  // namespace gradclinic::pathologies
