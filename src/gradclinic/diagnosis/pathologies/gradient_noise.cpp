#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gradclinic/diagnosis/reference_recipes.h"
#include "gradclinic/diagnosis/rules.h"

namespace gradclinic::pathologies {
namespace {

/// Deviation of the batches' losses over their mean, in the last fifth.
double loss_spread(const Chart& chart) {
  const std::vector<float> losses = chart.series("loss");
  const std::size_t first = losses.size() * 4 / 5;
  double sum = 0, squares = 0;
  for (std::size_t i = first; i < losses.size(); ++i) sum += losses[i], squares += double(losses[i]) * losses[i];
  const double count = static_cast<double>(losses.size() - first);
  const double mean = sum / count;
  return std::sqrt(std::max(0.0, squares / count - mean * mean)) / std::max(1e-12, std::abs(mean));
}

/// Batches of a network from outside that hold targets of a kind each.
constexpr double kSortedVariety = 0.4;

std::optional<Finding> of_sorted_batches(const Chart& chart) {
  const double variety = chart.fact("batch_variety");
  if (!(variety < kSortedVariety)) return std::nullopt;
  return Finding{.confidence = 0.9,
                 .evidence = {{"how much targets vary within a batch, over how much in all", variety, "about 1"}},
                 .rule = fmt::format("targets vary {:.2g} times as much within a batch as in all", variety),
                 .sentence =
                     "Each batch holds targets of one kind, so that its gradient unlearns the others: the samples are "
                     "sorted. Shuffle them before each epoch (shuffle=True of a DataLoader).",
                 .by_hand = true,
                 .fatal = learns_little(chart)};
}

std::optional<Finding> examine(const Chart& chart) {
  if (std::optional<Finding> sorted = of_sorted_batches(chart)) return sorted;
  const auto batch = static_cast<double>(chart.spec().train.batch);
  if (batch <= 0 || batch > 64 || chart.rows("loss") < 5) return std::nullopt;
  const double spread = loss_spread(chart);
  const double confidence = 0.8 * log_ramp(batch, 24, 2) * (0.5 + 0.5 * ramp(spread, 0.2, 0.8));
  if (confidence < 0.1) return std::nullopt;
  return Finding{.confidence = confidence,
                 .onset_step = 0,
                 .evidence = {{"samples a step", batch, "about 32 or more"},
                              {"deviation of the batches' losses over their mean, last fifth", spread, ""},
                              {"samples at which gradient noise equals signal",
                               chart.median("gradient_noise.scale", 0, kWhole), ""}},
                 .rule = fmt::format("batches of {:.0f}; their losses scatter by {:.2g} of the mean", batch, spread),
                 .sentence = "Each step follows a gradient from so few samples that it is mostly noise."};
}

/// A loop of the user's goes over its samples this many times as often, if batches are this small.
constexpr std::int64_t kLargerOutside = 4;
constexpr std::int64_t kSmallOutside = 8;

std::vector<std::vector<Change>> without(const Chart& chart) {
  const std::int64_t batch = chart.spec().train.batch;
  if (chart.spec().model.kind != "outside")
    return {with_batch(chart, std::min<std::int64_t>(64, std::max<std::int64_t>(32, 8 * batch)))};
  if (batch > kSmallOutside) return {};
  return {with_batch(chart, kLargerOutside * batch)};
}

}  // namespace

Pathology gradient_noise() {
  return {.id = "gradient-noise",
          .summary = "batches so small that gradients are mostly noise",
          .mechanism =
              "The noise of a batch's gradient falls with the root of its size. Where it outweighs the signal, the "
              "weights wander instead of settling, the more so the higher the rate.",
          .reference = "McCandlish et al. 2018, An Empirical Model of Large-Batch Training",
          .needs = {"loss"},
          .fixes = {"larger-batch", "lower-learning-rate", "cosine-schedule"},
          .look_alikes = {"learning-rate-too-high", "excess-dropout", "tiny-batch-norm"},
          .leads_to = {"loss-plateau", "update-ratio", "divergence", "dead-relu"},
          .stage = Stage::optimization,
          .examine = examine,
          .without = without};
}

}  // namespace gradclinic::pathologies
