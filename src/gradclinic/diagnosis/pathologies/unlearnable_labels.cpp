#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gradclinic/diagnosis/rules.h"

namespace gradclinic::pathologies {
namespace {

/// A constant prediction's held-out loss, less what chance gives away.
constexpr double kHardlyBelow = 0.93;
/// Above the commonest class's share: an accuracy that speaks for itself, whatever the loss.
constexpr double kFarAbove = 0.15;
/// The commonest class's share, where it is not known: that of two classes that are equally common.
constexpr double kOfTwo = 0.5;
constexpr double kNothingLearned = 0.9;
/// Trainings to be tried before it counts that all of them fail.
constexpr std::size_t kEnough = 3;

/// Samples held out are never predicted clearly better than by a constant: by its loss, or by its accuracy and a margin
/// for chance.
bool never_useful(const Chart& chart, const Course& course) {
  const double known = constant_accuracy(chart);
  const double largest = std::isnan(known) ? kOfTwo : known;
  double most = 0;
  for (const Point& point : course.validation) most = std::max(most, point.accuracy);
  if (most > largest + kFarAbove) return false;
  if (!(Course::best(course.validation).loss <= kHardlyBelow * constant_loss(chart))) return true;
  if (std::isnan(course.validation.back().accuracy)) return false;
  return most < largest + 2 * std::sqrt(largest * (1 - largest) / std::max(1.0, chart.course().held_out));
}

/// Of a training that is shown none held out: whether it does not even learn its own samples, by a loss that is
/// understood. A network that can learn them by heart learns labels of any kind.
bool learns_none(const Chart& chart, const Course& course) {
  return !course.of_first && !course.empty() && !(course.last().loss <= kNothingLearned * constant_loss(chart));
}

bool never_predicts(const Chart& chart, const Course& course) {
  return course.validation.empty() ? learns_none(chart, course) : never_useful(chart, course);
}

/// With one class this common neighbours mostly agree whatever the labels.
constexpr double kMostlyOneClass = 0.8;

std::optional<Finding> examine(const Chart& chart) {
  const double agreement = chart.fact("neighbour_agreement");
  const double chance = chart.fact("neighbour_chance");
  const double above = (agreement - chance) / chart.fact("neighbour_uncertainty");
  const bool constant = chart.fact("target_values") <= 1;
  const Course& course = chart.course();
  const bool useless = !course.diverged && never_predicts(chart, course);
  if (!constant && !(!(above >= 2.5) && useless && !(chart.fact("largest_class") > kMostlyOneClass)))
    return std::nullopt;
  // Of words and indices no neighbours are known, so that only trials can tell.
  const bool told_by_neighbours = !std::isnan(above);
  if (!constant && course.validation.empty() && !told_by_neighbours) return std::nullopt;
  std::vector<Evidence> evidence = {{"distinct target values", chart.fact("target_values"), "2 or more"}};
  if (told_by_neighbours) {
    evidence.push_back({"agreement of nearest neighbours", agreement, fmt::format("{:.3g} by chance", chance)});
    evidence.push_back({"standard deviations above chance", above, "2.5 or more"});
  }
  evidence.push_back({"best held-out loss, of a constant prediction's",
                      course.validation.empty() ? std::nan("") : Course::best(course.validation).loss,
                      fmt::format("below {:.3g}", kHardlyBelow * constant_loss(chart))});
  return Finding{
      .confidence = constant                    ? 0.98
                    : !told_by_neighbours       ? 0.35
                    : course.validation.empty() ? 0.5
                                                : 0.85,
      .onset_step = 0,
      .evidence = std::move(evidence),
      .rule = constant ? "the targets are constant"
              : !told_by_neighbours
                  ? "held-out samples are never predicted better than by a constant"
                  : fmt::format("neighbours agree {:.3g} deviations above chance, and {} samples are never "
                                "predicted better than by a constant",
                                above, course.validation.empty() ? "even training" : "held-out"),
      .sentence = constant ? "All targets are the same: there is nothing to learn."
                           : "The targets have nothing to do with the inputs that anyone could see: labels may be "
                             "shuffled or joined to the wrong rows.",
      .fatal = constant || (told_by_neighbours && !course.validation.empty())};
}

/// A training that predicts samples (held out, where there are any) proves that there is something to learn. Where none
/// of several does, there is not.
std::optional<Finding> after_trials(const Chart& chart, Finding finding, const std::vector<const Course*>& tried) {
  if (chart.fact("target_values") <= 1) return finding;
  std::size_t failed = 0;
  for (const Course* course : tried) {
    if (course->validation.empty() && !chart.course().validation.empty()) continue;
    if (!never_predicts(chart, *course)) return std::nullopt;
    ++failed;
  }
  finding.fatal |= failed >= kEnough;
  // That few samples do not carry over is no wonder, whatever their labels.
  if (failed >= kEnough)
    finding.confidence = std::max(finding.confidence, 0.35 + 0.5 * log_ramp(chart.fact("samples"), 200, 1000));
  return finding;
}

}  // namespace

Pathology unlearnable_labels() {
  return {.id = "unlearnable-labels",
          .summary = "targets that inputs do not determine: shuffled, or constant",
          .mechanism =
              "No network can predict what does not depend on its input; it can only learn training samples by heart.",
          .reference = "Zhang et al. 2017, Understanding deep learning requires rethinking generalization",
          .needs = {"data.neighbour_agreement"},
          .fixes = {"repair-labels"},
          .look_alikes = {"loss-plateau", "overfitting"},
          .leads_to = {"overfitting", "loss-plateau", "class-imbalance"},
          .stage = Stage::data,
          .examine = examine,
          .after_trials = after_trials};
}

}  // namespace gradclinic::pathologies
