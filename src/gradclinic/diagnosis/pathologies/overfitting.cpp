#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gradclinic/diagnosis/rules.h"

namespace gradclinic::pathologies {
namespace {

/// Share of what had been learned of the held-out loss that is lost again: as much as makes a training clearly worse.
constexpr double kClearlyLost = 0.25;

std::optional<Finding> examine(const Chart& chart) {
  const Course& course = chart.course();
  if (course.validation.size() < 3 || course.diverged || !ends_finite(chart)) return std::nullopt;
  const Point& best = Course::best(course.validation);
  const Point& last = course.validation.back();
  const double rise = last.loss / std::max(best.loss, 1e-12);
  const double training_fall = course.last().loss / std::max(1e-12, Course::at(course.training, best.step).loss);
  if (rise < 1.15 || training_fall > 0.9) return std::nullopt;
  const double lost = (last.loss - best.loss) / std::max(0.05, 1 - best.loss);
  double most = last.accuracy;
  for (const Point& point : course.validation) most = std::max(most, point.accuracy);
  const double drop = std::isnan(last.accuracy) ? 0 : most - last.accuracy;
  const bool worse = rise > 1.25 && (lost > kClearlyLost || drop > 0.05);
  return Finding{
      .confidence = worse ? 0.9 : 0.4,
      .onset_step = best.step,
      .evidence = {{"held-out loss at the end over its best", rise, "below 1.25"},
                   {"share of what had been learned of the held-out loss that is lost again", lost, "below 0.25"},
                   {"training loss meanwhile", training_fall, ""},
                   {"fall of the held-out accuracy from its best", drop, "below 0.05"}},
      .rule =
          fmt::format("held-out loss {:.3g} times its best at step {}, while the training loss fell to {:.2g} of it",
                      rise, best.step, training_fall),
      .sentence = worse ? "The network learns the training samples by heart: on samples held out it has got clearly "
                          "worse."
                        : "The network does better on its training samples than on samples held out.",
      .fatal = worse};
}

}  // namespace

Pathology overfitting() {
  return {.id = "overfitting",
          .summary = "samples held out get worse while training goes on",
          .mechanism =
              "The network has learned what the samples have in common and goes on to what is peculiar to each, which "
              "does not carry over.",
          .reference =
              "Prechelt 1998, Early stopping - but when?; Zhang et al. 2017, Understanding deep learning requires "
              "rethinking generalization",
          .needs = {"validation_loss", "survey.loss"},
          .fixes = {"weight-decay-up", "dropout-up", "shorter-training"},
          .look_alikes = {"unlearnable-labels"},
          .leads_to = {},
          .stage = Stage::outcome,
          .examine = examine};
}

}  // namespace gradclinic::pathologies
