#include <fmt/format.h>

#include "gradclinic/diagnosis/rules.h"

namespace gradclinic::pathologies {
namespace {

std::optional<Finding> examine(const Chart& chart) {
  if (!ends_finite(chart) || chart.rows("gradient_norm") < 10) return std::nullopt;
  const double last = chart.course().last().loss;
  const double gradient = chart.median("gradient_norm", 0, kEnd) / chart.largest("gradient_norm", 0, kStart);
  if (!(last < 0.1 && gradient < 0.1)) return std::nullopt;
  return Finding{.confidence = 0.7,
                 .onset_step = chart.record().outcome.steps,
                 .evidence = {{"loss at the end, " + chart.course().unit_name(), last, ""},
                              {"gradient norm at the end over that of the first steps", gradient, ""}},
                 .rule = fmt::format("gradient {:.2g} of the first, loss {:.2g}", gradient, last),
                 .sentence = "Gradients are small because there is little left to learn."};
}

}  // namespace

Pathology converged() {
  return {.id = "converged",
          .summary = "small gradients because the loss is near its floor",
          .mechanism = "At a minimum the gradient is 0.",
          .reference = "Bottou, Curtis & Nocedal 2018, Optimization Methods for Large-Scale Machine Learning",
          .needs = {"gradient_norm", "survey.loss"},
          .look_alikes = {"vanishing-gradient", "learning-rate-too-low"},
          .stage = Stage::benign,
          .examine = examine};
}

}  // namespace gradclinic::pathologies
