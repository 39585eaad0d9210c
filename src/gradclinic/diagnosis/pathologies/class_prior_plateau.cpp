#include <fmt/format.h>

#include <cmath>

#include "gradclinic/diagnosis/rules.h"

namespace gradclinic::pathologies {
namespace {

std::optional<Finding> examine(const Chart& chart) {
  const std::vector<Point>& points = chart.course().training;
  if (points.size() < 6 || chart.course().diverged) return std::nullopt;
  std::size_t flat = 0;
  std::int64_t left = 0;
  for (const Point& point : points) {
    if (std::abs(point.loss - 1) < 0.05) ++flat;
    if (point.loss > 0.95) left = point.step;
  }
  if (flat < 3 || points.back().loss > 0.7) return std::nullopt;
  return Finding{
      .confidence = 0.7,
      .onset_step = 0,
      .evidence = {{"surveys with the loss of a constant prediction", static_cast<double>(flat), ""},
                   {"last step there", static_cast<double>(left), ""},
                   {"loss at the end, of a constant prediction's", points.back().loss, ""}},
      .rule = fmt::format("the loss stays at a constant prediction's until step {}, then falls", left),
      .sentence =
          "At first the network only learns how common each answer is; then it leaves that plateau. This does "
          "no harm."};
}

}  // namespace

Pathology class_prior_plateau() {
  return {.id = "class-prior-plateau",
          .summary = "an early plateau at the loss of a constant prediction, left later",
          .mechanism =
              "The output's bias learns first. What depends on the input needs the layers below to have found a "
              "direction.",
          .reference =
              "Saxe et al. 2014, Exact solutions to the nonlinear dynamics of learning in deep linear neural networks",
          .needs = {"survey.loss", "data.constant_loss"},
          .look_alikes = {"loss-plateau", "vanishing-gradient"},
          .stage = Stage::benign,
          .examine = examine};
}

}  // namespace gradclinic::pathologies
