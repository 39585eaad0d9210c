#include <fmt/format.h>

#include <cmath>

#include "gradclinic/diagnosis/rules.h"

namespace gradclinic::pathologies {
namespace {

/// Deviations of a feature. Samples of one kind come to less than a twentieth.
constexpr double kUnlike = 0.2;

/// How much better the samples trained on have to be predicted: points of accuracy, and a loss over a constant
/// prediction's.
constexpr double kPoints = 0.1;
constexpr double kLoss = 0.25;

bool does_harm(const Course& course) {
  if (course.empty() || course.validation.empty()) return false;
  const Point& own = course.last();
  const Point& held_out = course.validation.back();
  if (!std::isnan(held_out.accuracy) && !std::isnan(own.accuracy)) return own.accuracy - held_out.accuracy > kPoints;
  return held_out.loss - own.loss > kLoss;
}

/// Deviation of inputs held out over that of those trained on: two draws of the same come to within a tenth of 1.
constexpr double kNarrower = 0.8;
constexpr double kWider = 1.25;

/// Loss over a constant prediction's from which on what is asked of the training samples is not learned.
constexpr double kUnlearned = 0.3;

std::optional<Finding> altered(const Chart& chart) {
  const double scale = chart.fact("held_out_scale");
  const Course& course = chart.course();
  const bool told = scale > 0 && !course.empty() && !course.validation.empty() && !course.of_first;
  if (!told || (scale > kNarrower && scale < kWider) || !(course.last().loss > kUnlearned)) return std::nullopt;
  return Finding{
      .confidence = 0.6,
      .evidence = {{"deviation of inputs held out, over that of those trained on", scale,
                    fmt::format("{} to {}", kNarrower, kWider)},
                   {"training loss, " + course.unit_name(), course.last().loss, fmt::format("below {}", kUnlearned)}},
      .rule = fmt::format("inputs held out vary {:.2g} times as much as in training", scale),
      .sentence =
          "Inputs trained on are of another kind than those held out: an augmentation adds noise to them, erases "
          "parts or changes their size, so much that they are not learned, or only one of both is standardized. "
          "Weaken it, or prepare both alike.",
      .by_hand = true,
      .fatal = true};
}

std::optional<Finding> examine(const Chart& chart) {
  const double unlike = chart.fact("held_out_unlike");
  if (!(unlike > kUnlike) || !does_harm(chart.course())) return altered(chart);
  return Finding{
      .confidence = 0.85,
      .evidence = {{"distance of the features' means held out from those trained on, in deviations", unlike,
                    fmt::format("{} or less", kUnlike)},
                   {"training loss, " + chart.course().unit_name(), chart.course().last().loss, ""},
                   {"held-out loss, " + chart.course().unit_name(), chart.course().validation.back().loss,
                    "near that of training"}},
      .rule = fmt::format("features held out lie {:.2g} deviations from where they do in training", unlike),
      .sentence =
          "Inputs of samples held out are of another kind than those trained on: they are prepared or augmented in "
          "another way (turned, mirrored, cut, columns or channels in another order), or were drawn from another "
          "part of the data (files in order, another time). Prepare both alike, and split at random.",
      .by_hand = true,
      .fatal = true};
}

}  // namespace

Pathology shifted_inputs() {
  return {.id = "shifted-inputs",
          .summary = "samples held out are of another kind than those trained on",
          .mechanism =
              "What is learned holds for inputs like those learned from. Where each feature of the samples held out "
              "lies elsewhere, a model that fits the training samples well is asked for something else.",
          .reference = "Quinonero-Candela et al. 2009, Dataset Shift in Machine Learning",
          .needs = {"data.held_out_unlike"},
          .fixes = {},
          .look_alikes = {"overfitting", "unnormalized-input"},
          .leads_to = {"overfitting", "unlearnable-labels", "worse-than-plain"},
          .stage = Stage::data,
          .examine = examine};
}

}  // namespace gradclinic::pathologies
