#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gradclinic/diagnosis/rules.h"

namespace gradclinic::pathologies {
namespace {

/// Accuracy over samples this far above the one averaged over classes, where classes differ so many times in size: the
/// rare ones are mostly wrong.
constexpr double kIgnored = 0.2;
constexpr double kRare = 10;
/// A class that most samples are of: to predict it is a cheap way to a low loss.
constexpr double kMost = 0.5;
/// Where classes are told apart this well, and rare ones as well as others, none is ignored.
constexpr double kSkilled = 0.8;
constexpr double kAsWell = 0.05;

std::optional<Finding> examine(const Chart& chart) {
  const double largest = chart.fact("largest_class");
  const double smallest = chart.fact("smallest_class");
  const double balanced = chart.surveyed_last("balanced_accuracy", 0);
  const double accuracy = chart.surveyed_last("accuracy", 0);
  if (std::isnan(balanced) || smallest >= 1 || largest / smallest < 4) return std::nullopt;
  const double classes = std::max(2.0, chart.fact("outputs"));
  const double skill = (balanced - 1 / classes) / (1 - 1 / classes);
  const double typical = chart.median("survey.accuracy", 0, kEnd) - chart.median("survey.balanced_accuracy", 0, kEnd);
  const double gap = std::min(typical, accuracy - balanced);  // which may be closing
  if (skill > kSkilled && accuracy - balanced < kAsWell) return std::nullopt;
  const bool ignored =
      (largest > kMost && skill < 0.3 && accuracy > 0.9 * largest) || (largest / smallest > kRare && gap > kIgnored);
  const double apart = largest > kMost || ignored ? log_ramp(largest / smallest, 4, 20) : 0;
  return Finding{.confidence = (ignored ? 0.5 : 0.2) + 0.4 * apart,
                 .onset_step = 0,
                 .evidence = {{"share of the commonest class", largest, ""},
                              {"share of the rarest class", smallest, ""},
                              {"accuracy averaged over classes", balanced, fmt::format("above {:.3g}", 1 / classes)},
                              {"accuracy over samples", accuracy, ""}},
                 .rule = fmt::format("classes differ {:.3g}-fold; accuracy {:.3g}, averaged over classes {:.3g}",
                                     largest / smallest, accuracy, balanced),
                 .sentence =
                     "Rare classes are mostly wrong: a loss that averages over samples hardly counts them. Weigh the "
                     "loss by class "
                     "(in PyTorch the weight of nn.CrossEntropyLoss, one over each class's size), draw the rare "
                     "classes more often, "
                     "or get more samples of them.",
                 .fatal = ignored};
}

}  // namespace

Pathology class_imbalance() {
  return {.id = "class-imbalance",
          .summary = "rare classes that the network ignores",
          .mechanism =
              "The loss averages over samples, so that predicting the common class is a cheap way to a low loss, and "
              "gradients of the rare classes are outweighed.",
          .reference = "He & Garcia 2009, Learning from Imbalanced Data",
          .needs = {"data.largest_class", "survey.balanced_accuracy"},
          .fixes = {"longer-training", "higher-learning-rate", "adam"},
          .look_alikes = {"class-prior-plateau", "unlearnable-labels"},
          .leads_to = {"loss-plateau"},
          .stage = Stage::data,
          .examine = examine};
}

}  // namespace gradclinic::pathologies
