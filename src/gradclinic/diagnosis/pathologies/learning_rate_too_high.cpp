#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gradclinic/diagnosis/rules.h"

namespace gradclinic::pathologies {
namespace {

/// Share of the surveys whose loss is more than a tenth above that of the one before. A step's own loss will not do:
/// batches differ.
double share_of_rises(const Chart& chart) {
  const std::vector<Point>& points = chart.course().training;
  double rises = 0;
  for (std::size_t i = 1; i < points.size(); ++i)
    if (!(points[i].loss <= 1.1 * points[i - 1].loss)) ++rises;
  return points.size() < 2 ? 0 : rises / static_cast<double>(points.size() - 1);
}

/// The highest survey after the first, over the first.
double highest_rise(const Chart& chart) {
  double most = 0;
  const std::vector<Point>& points = chart.course().training;
  for (const Point& point : points)
    most = std::isfinite(point.loss) ? std::max(most, point.loss / points.front().loss)
                                     : std::numeric_limits<double>::infinity();
  return most;
}

/// Of the weights. Steps below are about what rounding leaves of them, and overshoot nothing.
constexpr double kNoStep = 1e-7;

std::optional<Finding> examine(const Chart& chart) {
  if (chart.course().empty()) return std::nullopt;
  const double ratio = typical_update_ratio(chart, {0, 0.1});
  if (ratio < kNoStep) return std::nullopt;
  const double rises = share_of_rises(chart);
  const double rise = highest_rise(chart);
  double confidence =
      0.25 + 0.3 * log_ramp(ratio, 0.01, 0.3) + 0.2 * ramp(rises, 0.05, 0.3) + 0.25 * log_ramp(rise, 1.3, 5);
  if (chart.course().diverged) confidence = std::max(confidence, 0.6);
  return Finding{
      .confidence = std::min(confidence, 0.9),
      .onset_step = 0,
      .evidence = {{"update over weights, first tenth, the median layer's", ratio, "about 1e-3; above 0.1 is much"},
                   {"share of surveys at which the loss is a tenth above the one before, or more", rises, "below 0.05"},
                   {"highest loss on the survey's samples over the first", rise, "below 1.3"}},
      .rule = fmt::format("update ratio {:.2g}, {:.0f} % of surveys uphill, loss up to {:.3g} of the first", ratio,
                          100 * rises, rise),
      .sentence =
          "The learning rate is too high: steps overshoot, so that the loss jumps about or rises instead of falling."};
}

std::vector<std::vector<Change>> without(const Chart& chart) {
  if (chart.course().diverged) return with_rates(chart, {0.1, 0.01, 1e-3, 1e-4, 1e-6});
  return with_rates(chart, {1. / 3, 0.1, 0.01, 0.001});
}

}  // namespace

Pathology learning_rate_too_high() {
  return {.id = "learning-rate-too-high",
          .summary = "steps so long that they overshoot",
          .mechanism =
              "Along a direction of curvature c, gradient descent is stable for rates below 2 / c. Above, each step "
              "lands further up the other side; the loss oscillates or diverges, and units die or saturate.",
          .reference =
              "LeCun et al. 1998, Efficient BackProp; Cohen et al. 2021, Gradient Descent on Neural Networks "
              "Typically Occurs at the Edge of Stability",
          .needs = {"loss", "survey.loss", "update_ratio"},
          .fixes = {"lower-learning-rate", "warmup", "clip-norm", "cosine-schedule", "adam"},
          .look_alikes = {"edge-of-stability", "catapult", "gradient-noise", "momentum-too-high", "unscaled-target"},
          .leads_to = {"dead-relu", "saturated-activation", "exploding-gradient", "divergence", "non-finite",
                       "loss-plateau", "update-ratio", "rank-collapse", "vanishing-gradient"},
          .stage = Stage::optimization,
          .examine = examine,
          .without = without};
}

}  // namespace gradclinic::pathologies
