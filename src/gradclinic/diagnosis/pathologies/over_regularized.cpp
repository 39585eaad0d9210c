#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gradclinic/diagnosis/outside_changes.h"
#include "gradclinic/diagnosis/rules.h"
#include "gradclinic/support/statistics.h"

namespace gradclinic::pathologies {
namespace {

/// Whether a decay is worth a trial whatever it pulls with. Adam and RMSprop scale an L2 penalty up with the gradient;
/// AdamW takes the rate's share of it only.
bool is_strong(const TrainSpec& train) {
  if (train.optimizer == "adam" || train.optimizer == "rmsprop") return train.weight_decay >= 1e-3;
  return train.weight_decay >= (train.optimizer == "adamw" ? 0.1 : 0.01);
}
constexpr double kWorthATrial = 0.4;

/// Norm of all weights at the end.
double weight_norm(const Chart& chart) {
  double squares = 0;
  for (int layer = 1; layer <= chart.depth(); ++layer) squares += std::pow(chart.median("weight.l2", layer, kEnd), 2);
  return std::sqrt(squares);
}

/// What the median layer's weights deviate by at the end, over what they did at first.
double weights_kept(const Chart& chart) {
  std::vector<double> kept;
  for (int layer = 1; layer <= chart.depth(); ++layer)
    kept.push_back(chart.surveyed_last("weight_deviation", layer) / chart.surveyed_first("weight_deviation", layer));
  return median(std::move(kept));
}

/// What the loss has beside that of the predictions, over that of a constant prediction.
double penalty(const Chart& chart) { return chart.fact("penalty") / chart.course().constant_loss; }
constexpr double kPenaltyWorthATrial = 0.05;

std::optional<Finding> of_penalty(const Chart& chart) {
  const double share = penalty(chart);
  if (!(share > kPenaltyWorthATrial)) return std::nullopt;
  return Finding{.confidence = std::max(kWorthATrial, 0.85 * log_ramp(share, kPenaltyWorthATrial, 1)),
                 .onset_step = 0,
                 .evidence = {{"penalty in the loss, over a constant prediction's loss", share, "below 0.05"}},
                 .rule = fmt::format("a penalty of {:.2g} constant predictions' losses", share),
                 .sentence =
                     "The loss has a penalty beside that of the predictions (a norm of the weights, say) that pulls "
                     "about as hard, so the network cannot fit the data: take a smaller factor.",
                 .by_hand = true};
}

std::optional<Finding> of_decay(const Chart& chart) {
  const double decay = chart.spec().train.weight_decay;
  if (decay <= 0) return std::nullopt;
  const double kept = weights_kept(chart);
  const double pull = decay * weight_norm(chart) / std::max(1e-30, chart.median("gradient_norm", 0, kEnd));
  const double seen = std::max(0.9 * log_ramp(pull, 0.1, 1), 0.85 * log_ramp(kept, 0.7, 0.2));
  const double confidence = std::max(seen, is_strong(chart.spec().train) ? kWorthATrial : 0);
  if (confidence < 0.1) return std::nullopt;
  return Finding{
      .confidence = confidence,
      .onset_step = 0,
      .evidence = {{"pull of weight decay over the gradient of the loss, at the end", pull, "below 0.1"},
                   {"deviation of the median layer's weights at the end over that at the start", kept, "0.7 or more"}},
      .rule = fmt::format("weight decay {:.3g} pulls {:.2g} times as hard as the loss", decay, pull),
      .sentence =
          "Weight decay pulls the weights towards 0 about as hard as the loss pulls them elsewhere, so the "
          "network cannot fit the data."};
}

std::optional<Finding> examine(const Chart& chart) {
  std::optional<Finding> decay = of_decay(chart);
  const std::optional<Finding> penalty = of_penalty(chart);
  return penalty && (!decay || decay->confidence < penalty->confidence) ? penalty : decay;
}

std::vector<std::vector<Change>> without(const Chart& chart) {
  std::vector<std::vector<Change>> changes;
  if (chart.spec().train.weight_decay > 0) changes.push_back({{"train.weight_decay", "0.0"}});
  if (penalty(chart) > kPenaltyWorthATrial) changes.push_back({{kPenaltyKey, "false"}});
  return changes;
}

}  // namespace

Pathology over_regularized() {
  return {.id = "over-regularized",
          .summary = "weight decay, or a penalty in the loss, that keeps the network from fitting",
          .mechanism =
              "Training settles where the pull of weight decay and the gradient of the loss balance. A strong pull "
              "puts that point near weights of 0, where the output hardly depends on the input.",
          .reference = "Krogh & Hertz 1991, A simple weight decay can improve generalization; Loshchilov & Hutter 2019",
          .needs = {"weight.l2", "gradient_norm", "survey.weight_deviation"},
          .fixes = {"weight-decay-down"},
          .look_alikes = {"vanishing-gradient", "learning-rate-too-low"},
          .leads_to = {"loss-plateau", "rank-collapse", "vanishing-gradient", "dead-relu"},
          .stage = Stage::regularization,
          .examine = examine,
          .without = without};
}

}  // namespace gradclinic::pathologies
