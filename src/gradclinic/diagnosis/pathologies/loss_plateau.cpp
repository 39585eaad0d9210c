#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gradclinic/diagnosis/rules.h"

namespace gradclinic::pathologies {
namespace {

/// Where the rate is this far down, what stands still does so for want of it, wherever it stands.
constexpr double kDecayed = 0.02;
constexpr double kFloor = 0.3;
constexpr double kDecayedFloor = 0.1;
/// Change of the loss over the second half: more than scatter, which is all that is left without a rate.
constexpr double kChange = 0.03;
constexpr double kDecayedChange = 0.1;

/// The typical rate of the second half over the highest.
double late_rate(const Chart& chart) { return chart.median("lr", 0, {0.5, 1}) / chart.largest("lr", 0, kWhole); }

std::optional<Finding> examine(const Chart& chart) {
  const std::vector<Point>& points = chart.course().training;
  if (points.size() < 5 || chart.course().diverged) return std::nullopt;
  const double half = points[points.size() / 2].loss;
  const double last = points.back().loss;
  const double change = std::abs(half - last) / std::max(half, 1e-12);
  const double rate = late_rate(chart);
  const bool decayed = rate < kDecayed;
  const double floor = decayed ? kDecayedFloor : kFloor;
  if (last < floor || change > (decayed ? kDecayedChange : kChange)) return std::nullopt;
  std::int64_t onset = points.back().step;
  for (auto point = points.rbegin(); point != points.rend() && std::abs(point->loss - last) < 0.03 * last; ++point)
    onset = point->step;
  return Finding{
      .confidence = decayed ? 0.8 : 0.45,
      .onset_step = onset,
      .evidence = {{"change of the loss over the second half", change, "above 0.03"},
                   {"loss at the end, " + chart.course().unit_name(), last, fmt::format("below {}", floor)},
                   {"typical learning rate of the second half over the highest", rate, "above 0.02"}},
      .rule = fmt::format("the loss changes by {:.2g} % over the second half", 100 * change),
      .sentence =
          decayed ? "The loss stands still because the schedule took the learning rate down before it had fallen: it "
                    "falls too fast, or is stepped after each batch where epochs are meant."
                  : "The loss stands still far above what it could reach."};
}

std::vector<std::vector<Change>> without(const Chart& chart) {
  const bool outside = chart.spec().model.kind == "outside";  // of whose schedule no more is known than its rates
  if (outside ? !(late_rate(chart) < kDecayed) : chart.spec().train.schedule == "constant") return {};
  return alone("train.schedule", "constant");
}

}  // namespace

Pathology loss_plateau() {
  return {.id = "loss-plateau",
          .summary = "the loss stands still far above its floor",
          .mechanism =
              "No gradient reaches the weights that matter, or steps are too short to leave a flat region: early "
              "decay of the rate, vanishing gradients, dead or saturated units.",
          .reference = "Dauphin et al. 2014, Identifying and attacking the saddle point problem",
          .needs = {"survey.loss", "lr"},
          .fixes = {"higher-learning-rate", "cosine-schedule", "adam", "he-init", "batch-norm"},
          .look_alikes = {"class-prior-plateau", "converged", "unlearnable-labels"},
          .leads_to = {},
          .stage = Stage::outcome,
          .examine = examine,
          .without = without};
}

}  // namespace gradclinic::pathologies
