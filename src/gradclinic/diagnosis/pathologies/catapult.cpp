#include <fmt/format.h>

#include <algorithm>

#include "gradclinic/diagnosis/rules.h"

namespace gradclinic::pathologies {
namespace {

std::optional<Finding> examine(const Chart& chart) {
  const std::vector<float> losses = chart.series("loss");
  if (losses.size() < 20 || chart.course().empty() || chart.course().diverged) return std::nullopt;
  const auto peak = std::max_element(losses.begin(), losses.begin() + static_cast<std::ptrdiff_t>(losses.size() / 3));
  const double rise = *peak / losses.front();
  const double last = chart.median("loss", 0, kEnd) / losses.front();
  const bool learned = chart.course().last().loss < 0.8;  // not back from a jump to where nothing is left to learn with
  if (!(rise > 1.5 && last < 0.7 && learned)) return std::nullopt;
  return Finding{
      .confidence = 0.8,
      .onset_step = chart.step("loss", static_cast<std::size_t>(peak - losses.begin())),
      .evidence = {{"highest loss of the first third over the first loss", rise, ""},
                   {"loss at the end over the first", last, ""}},
      .rule = fmt::format("the loss rises to {:.3g} of the first and falls to {:.3g}", rise, last),
      .sentence =
          "The loss jumps up early and then falls well below where it began: a high rate carried the weights "
          "to a flatter region. This does no harm."};
}

}  // namespace

Pathology catapult() {
  return {.id = "catapult",
          .summary = "an early jump of the loss that ends in a flatter region",
          .mechanism =
              "Where the rate is above the stable limit of the first region but not by much, the loss grows until the "
              "curvature has fallen, and training goes on from there.",
          .reference = "Lewkowycz et al. 2020, The large learning rate phase of deep learning: the catapult mechanism",
          .needs = {"loss", "survey.loss"},
          .look_alikes = {"divergence", "learning-rate-too-high"},
          .stage = Stage::benign,
          .examine = examine};
}

}  // namespace gradclinic::pathologies
