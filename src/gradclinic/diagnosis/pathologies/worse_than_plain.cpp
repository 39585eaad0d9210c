#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "gradclinic/diagnosis/outside_changes.h"
#include "gradclinic/diagnosis/rules.h"

namespace gradclinic::pathologies {
namespace {

std::optional<Finding> examine(const Chart& chart) {
  if (chart.spec().model.kind != "outside") return std::nullopt;
  if (const double ignored = chart.fact("inputs_ignored"); ignored > kIgnoredInputs)
    return Finding{
        .confidence = 0.85,
        .rule =
            fmt::format("a plain network learns clearly more, and {:.0f} % of the inputs are not used", 100 * ignored),
        .sentence =
            "Nothing that the model puts out depends on a large part of its inputs, and a small plain network, which "
            "takes all of them, learns clearly more. Look for slices, strides, masks and poolings on the way that "
            "leave out what is needed.",
        .by_hand = true};
  return Finding{
      .confidence = 0.4,
      .rule = "a plain network learns clearly more from the same batches by the same loss",
      .sentence =
          "A small plain network in the model's place learns clearly more from the same batches by the same loss. "
          "What is wrong is in the model's own code, and no change of how it is trained mends it: a state that "
          "is not handed on, an axis or a place that is mistaken, a part whose gradient is cut, a norm or "
          "pooling that takes away what tells the samples apart, or too little room for the task.",
      .by_hand = true};
}

/// With what the two came to.
std::optional<Finding> after_trials(const Chart& chart, Finding finding, const std::vector<const Course*>& tried) {
  const Course& own = chart.course();
  const auto end_of = [](const Course* course) {
    const double loss = (course->validation.empty() ? course->training : course->validation).back().loss;
    return std::isnan(loss) ? std::numeric_limits<double>::infinity() : loss;
  };
  const Course& plain = **std::ranges::min_element(tried, {}, end_of);
  const auto hold = [&](const std::string& what, double reached, double by_plain) {
    finding.evidence.push_back({what, reached, fmt::format("{:.3g} by a plain network", by_plain)});
  };
  if (const double ignored = chart.fact("inputs_ignored"); ignored > 0)
    finding.evidence.push_back({"share of the inputs that vary and that no output depends on", ignored, "0"});
  if (own.validation.empty() || plain.validation.empty()) {
    hold("training loss, " + own.unit_name(), own.last().loss, plain.last().loss);
    return finding;
  }
  hold("held-out loss, " + own.unit_name(), own.validation.back().loss, plain.validation.back().loss);
  if (!std::isnan(own.validation.back().accuracy))
    hold("held-out accuracy", own.validation.back().accuracy, plain.validation.back().accuracy);
  return finding;
}

std::vector<std::vector<Change>> without(const Chart&) { return {{{kPlainKey, "true"}}, {{kPlainKey, "attention"}}}; }

}  // namespace

Pathology worse_than_plain() {
  return {
      .id = "worse-than-plain",
      .summary = "a plain network learns clearly more from the same batches",
      .mechanism =
          "The model's own code loses what its inputs tell, on the way to the output or on the way back: the rest of "
          "the training can be right, and no rate, initialization or schedule brings it back.",
      .reference = "Karpathy 2019, A Recipe for Training Neural Networks (hold a network against simple baselines)",
      .needs = {"survey.loss"},
      .fixes = {},
      .look_alikes = {"loss-plateau", "undertrained"},
      .leads_to = {},
      .stage = Stage::model,
      .last_resort = true,
      .examine = examine,
      .without = without,
      .after_trials = after_trials};
}

}  // namespace gradclinic::pathologies
