#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gradclinic/diagnosis/rules.h"

namespace gradclinic::pathologies {
namespace {

std::optional<Finding> examine(const Chart& chart) {
  const Course& course = chart.course();
  const bool non_finite = chart.record().outcome.status == "diverged";
  if (course.empty() && !non_finite) return std::nullopt;
  const double best = course.empty() ? std::nan("") : Course::best(course.training).loss;
  const double last = course.empty() ? std::nan("") : course.last().loss;
  if (!course.diverged && !(last > 1.5 && last > 2 * best)) return std::nullopt;
  std::int64_t onset = chart.record().outcome.steps;
  for (auto point = course.training.rbegin(); point != course.training.rend(); ++point) {
    if (point->loss <= 1.1 * best) break;
    onset = point->step;
  }
  return Finding{.confidence = 0.45,
                 .onset_step = onset,
                 .evidence = {{"loss at the end, " + course.unit_name(), last, "below 1"},
                              {"least loss seen", best, ""},
                              {"steps done", static_cast<double>(chart.record().outcome.steps), ""}},
                 .rule = non_finite
                             ? "the loss is no longer finite"
                             : fmt::format("the loss ends at {:.3g} {}, after {:.3g}", last, course.unit_name(), best),
                 .sentence = "The loss grows instead of falling, and does not come back."};
}

}  // namespace

Pathology divergence() {
  return {.id = "divergence",
          .summary = "the loss grows without bound",
          .mechanism =
              "Each step overshoots by more than the one before. Usually the learning rate is too high for the "
              "curvature, or gradients explode.",
          .reference = "LeCun et al. 1998, Efficient BackProp",
          .needs = {"survey.loss"},
          .fixes = {"lower-learning-rate", "clip-norm", "warmup", "standardize-inputs", "scale-targets"},
          .look_alikes = {"catapult"},
          .leads_to = {"non-finite"},
          .stage = Stage::outcome,
          .examine = examine};
}

}  // namespace gradclinic::pathologies
