#include <fmt/format.h>

#include <algorithm>

#include "gradclinic/diagnosis/outside_changes.h"
#include "gradclinic/diagnosis/reference_recipes.h"
#include "gradclinic/diagnosis/rules.h"

namespace gradclinic::pathologies {
namespace {

/// Of a network from outside: outputs by running averages this far from those by a batch's own figures.
constexpr double kGap = 0.5;

std::optional<Finding> of_running_averages(const Chart& chart) {
  const double gap = chart.fact("norm_gap");
  if (!(gap > kGap)) return std::nullopt;
  return Finding{
      .confidence = 0.6,
      .evidence = {{"outputs by running averages less those by the batch, over their deviation", gap, "below 0.5"}},
      .rule = fmt::format("running averages move outputs by {:.2g} deviations", gap),
      .sentence =
          "In evaluation batch norm's running averages give other outputs than batches gave in training: "
          "batches are too small or too different for their mean, or momentum follows them too slowly."};
}

std::optional<Finding> examine(const Chart& chart) {
  const std::int64_t batch = chart.spec().train.batch;
  if (chart.spec().model.norm != "batch" || batch <= 0) return std::nullopt;
  if (batch > 12) return of_running_averages(chart);
  const Course& course = chart.course();
  const double in_training = (chart.median("loss", 0, kEnd) - course.zero_loss) / course.constant_loss;
  const double in_evaluation = course.empty() ? std::nan("") : course.last().loss;
  return Finding{
      .confidence = 0.5 + 0.4 * log_ramp(static_cast<double>(batch), 10, 2),
      .onset_step = 0,
      .evidence = {{"samples that batch norm's mean and variance are taken over", static_cast<double>(batch),
                    "16 or more"},
                   {"loss of batches in training, " + course.unit_name(), in_training, ""},
                   {"loss in evaluation mode", in_evaluation, "about the same"}},
      .rule = fmt::format("batch norm over batches of {}", batch),
      .sentence =
          "Batch norm takes its statistics over so few samples that they are noise, and differ from those used "
          "in evaluation."};
}

std::vector<std::vector<Change>> without(const Chart& chart) {
  if (chart.spec().model.kind == "outside") return {{{"model.norm", "layer"}}, {{kNormMomentumKey, "0.1"}}};
  return {{{"model.norm", "layer"}}, with_batch(chart, 32)};
}

}  // namespace

Pathology tiny_batch_norm() {
  return {.id = "tiny-batch-norm",
          .summary = "batch norm over batches that are too small",
          .mechanism =
              "A mean and variance over a handful of samples make each sample's output depend on chance companions, "
              "and the running averages used in evaluation do not match.",
          .reference = "Ioffe 2017, Batch Renormalization; Wu & He 2018, Group Normalization",
          .needs = {"loss", "survey.loss"},
          .fixes = {"layer-norm", "larger-batch"},
          .look_alikes = {"gradient-noise"},
          .leads_to = {"gradient-noise", "loss-plateau", "rank-collapse", "overfitting"},
          .stage = Stage::model,
          .examine = examine,
          .without = without};
}

}  // namespace gradclinic::pathologies
