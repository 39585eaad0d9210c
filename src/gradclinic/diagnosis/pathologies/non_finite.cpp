#include <fmt/format.h>

#include <algorithm>

#include "gradclinic/diagnosis/rules.h"

namespace gradclinic::pathologies {
namespace {

std::optional<Finding> examine(const Chart& chart) {
  const double inputs = chart.fact("input_non_finite");
  const double targets = chart.fact("target_non_finite");
  const std::vector<Event>& events = chart.record().events;
  const auto event = std::ranges::find(events, "non-finite", &Event::kind);
  const bool in_data = inputs > 0 || targets > 0;
  const bool ended = chart.record().outcome.status == "diverged";
  if (!in_data && !ended && event == events.end()) return std::nullopt;
  Finding finding{
      .confidence = in_data ? 0.98 : 0.4,
      .onset_step = ended ? chart.record().outcome.steps : 0,
      .evidence = {{"inputs that are NaN or Inf", inputs, "0"}, {"targets that are NaN or Inf", targets, "0"}},
      .rule = "a NaN or Inf in the data or in a tensor",
      .sentence = in_data ? "The data hold NaN or Inf, which spread to every weight in the first steps."
                          : "Numbers overflow: NaN or Inf have reached the network's tensors."};
  if (event != events.end()) {
    finding.onset_step = event->step;
    finding.layers = {event->layer};
    finding.rule = "first seen in " + event->text;
  }
  finding.fatal = in_data;
  return finding;
}

}  // namespace

Pathology non_finite() {
  return {.id = "non-finite",
          .summary = "NaN or Inf in data, activations, gradients or weights",
          .mechanism =
              "One NaN makes every sum that it enters NaN; after one backward pass all weights are. It comes from "
              "the data, or from numbers that outgrow their format.",
          .reference = "Goldberg 1991, What every computer scientist should know about floating-point arithmetic",
          .needs = {"loss"},
          .fixes = {"lower-learning-rate", "clip-norm", "standardize-inputs"},
          .look_alikes = {"divergence"},
          .leads_to = {"divergence"},
          .stage = Stage::data,
          .examine = examine};
}

}  // namespace gradclinic::pathologies
