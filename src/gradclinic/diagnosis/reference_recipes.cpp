#include "gradclinic/diagnosis/reference_recipes.h"

#include <algorithm>

#include "gradclinic/train/work.h"

namespace gradclinic {
namespace {

constexpr std::int64_t kSoundBatch = 32;

void add_scaled_target(const Spec& spec, std::vector<Change>& changes) {
  if (spec.train.loss != "mse") return;
  changes.push_back({"data.standardize_target", "true"});
  changes.push_back({"data.target_scale", "1.0"});
}

/// The same of a network that is trained where it was built: without what only a spec can change.
std::vector<Change> sound_outside(const Spec& spec, bool initialized, const std::string& lr) {
  std::vector<Change> changes = {
      {"data.standardize", "true"},  {"model.dropout", "0.0"},   {"train.optimizer", "adam"}, {"train.lr", lr},
      {"train.weight_decay", "0.0"}, {"train.clip_norm", "0.0"}, {"train.clip_value", "0.0"}, {"train.warmup", "0"},
      {"train.schedule", "constant"}};
  if (initialized) changes.push_back({"model.init", fitting_initializer(spec.model.activation)});
  add_scaled_target(spec, changes);
  return changes;
}

/// Nothing that holds back, scales that suit, Adam.
std::vector<Change> sound(const Chart& chart, const std::string& activation, const std::string& norm,
                          const std::string& lr) {
  const Spec& spec = chart.spec();
  std::vector<Change> changes = {
      {"data.standardize", "true"},  {"model.activation", activation}, {"model.init", fitting_initializer(activation)},
      {"model.init_gain", "1.0"},    {"model.bias_init", "0.0"},       {"model.norm", norm},
      {"model.dropout", "0.0"},      {"train.optimizer", "adam"},      {"train.lr", lr},
      {"train.weight_decay", "0.0"}, {"train.clip_norm", "0.0"},       {"train.clip_value", "0.0"},
      {"train.warmup", "0"},         {"train.schedule", "constant"}};
  add_scaled_target(spec, changes);
  if (spec.train.batch > 0 && spec.train.batch < kSoundBatch)
    for (const Change& change : with_batch(chart, kSoundBatch)) changes.push_back(change);
  return changes;
}

}  // namespace

const char* fitting_initializer(const std::string& activation) {
  if (activation == "selu") return "lecun_normal";
  if (activation == "tanh" || activation == "sigmoid" || activation == "identity") return "xavier_uniform";
  return "he_normal";
}

std::int64_t planned_steps(const Chart& chart) {
  return planned_steps(chart.spec().train, static_cast<std::int64_t>(std::max(1.0, chart.fact("samples"))));
}

std::vector<Change> with_batch(const Chart& chart, std::int64_t batch) {
  return {{"train.batch", std::to_string(batch)},
          {"train.epochs", "0"},
          {"train.steps", std::to_string(planned_steps(chart))}};
}

std::vector<std::vector<Change>> reference_recipes(const Chart& chart) {
  const Spec& spec = chart.spec();
  if (spec.model.kind == "outside")
    return {sound_outside(spec, true, "0.003"), sound_outside(spec, true, "0.001"), sound_outside(spec, false, "0.003"),
            sound_outside(spec, false, "0.0005")};
  const std::string& own = spec.model.activation;
  return {sound(chart, own, "none", "0.003"), sound(chart, "relu", "batch", "0.003"),
          sound(chart, "tanh", "none", "0.001")};
}

}  // namespace gradclinic
