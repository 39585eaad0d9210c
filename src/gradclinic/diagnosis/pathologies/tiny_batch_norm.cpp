#include <fmt/format.h>

#include <algorithm>

#include "gradclinic/diagnosis/reference_recipes.h"
#include "gradclinic/diagnosis/rules.h"

namespace gradclinic::pathologies {
namespace {

std::optional<Finding> examine(const Chart& chart) {
  const std::int64_t batch = chart.spec().train.batch;
  if (chart.spec().model.norm != "batch" || batch <= 0 || batch > 12) return std::nullopt;
  const double in_training = chart.median("loss", 0, kEnd) / chart.course().constant_loss;
  const double in_evaluation = chart.course().empty() ? std::nan("") : chart.course().last().loss;
  return Finding{
      .confidence = 0.5 + 0.4 * log_ramp(static_cast<double>(batch), 10, 2),
      .onset_step = 0,
      .evidence = {{"samples that batch norm's mean and variance are taken over", static_cast<double>(batch),
                    "16 or more"},
                   {"loss of batches in training, of a constant prediction's", in_training, ""},
                   {"loss in evaluation mode", in_evaluation, "about the same"}},
      .rule = fmt::format("batch norm over batches of {}", batch),
      .sentence =
          "Batch norm takes its statistics over so few samples that they are noise, and differ from those used "
          "in evaluation."};
}

std::vector<std::vector<Change>> without(const Chart& chart) {
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
          .leads_to = {"gradient-noise", "loss-plateau", "rank-collapse"},
          .stage = Stage::model,
          .examine = examine,
          .without = without};
}

}  // namespace gradclinic::pathologies
