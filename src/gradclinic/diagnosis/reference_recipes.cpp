#include "gradclinic/diagnosis/reference_recipes.h"

#include <algorithm>
#include <cmath>

#include "gradclinic/diagnosis/outside_changes.h"
#include "gradclinic/train/work.h"

namespace gradclinic {
namespace {

constexpr std::int64_t kSoundBatch = 32;

/// Of targets that are known.
void add_scaled_target(const Chart& chart, std::vector<Change>& changes) {
  if (chart.spec().train.loss != "mse" || std::isnan(chart.fact("target_deviation"))) return;
  changes.push_back({"data.standardize_target", "true"});
  changes.push_back({"data.target_scale", "1.0"});
}

/// The same of a network that is trained where it was built: without what only a spec can change.
std::vector<Change> sound_outside(const Chart& chart, bool initialized, const std::string& lr) {
  std::vector<Change> changes = {
      {"data.standardize", "true"},  {"model.dropout", "0.0"},   {"train.optimizer", "adam"}, {"train.lr", lr},
      {"train.weight_decay", "0.0"}, {"train.clip_norm", "0.0"}, {"train.clip_value", "0.0"}, {"train.warmup", "0"},
      {"train.schedule", "constant"}};
  if (initialized) changes.push_back({"model.init", fitting_initializer(chart.spec().model.activation)});
  add_scaled_target(chart, changes);
  return changes;
}

/// What recipes differ in.
struct Recipe {
  std::string activation;
  std::string norm;
  const char* lr;
  const char* clip_norm = "0.0";
  std::vector<Change> more = {};
};

/// Nothing that holds back, scales that suit, Adam.
std::vector<Change> sound(const Chart& chart, const Recipe& recipe) {
  const Spec& spec = chart.spec();
  ModelSpec model = spec.model;
  model.activation = recipe.activation;
  std::vector<Change> changes = {{"data.standardize", "true"},
                                 {"model.activation", recipe.activation},
                                 {"model.init", fitting_initializer(model)},
                                 {"model.init_gain", "1.0"},
                                 {"model.bias_init", "0.0"},
                                 {"model.norm", recipe.norm},
                                 {"model.dropout", "0.0"},
                                 {"train.optimizer", "adam"},
                                 {"train.lr", recipe.lr},
                                 {"train.weight_decay", "0.0"},
                                 {"train.clip_norm", recipe.clip_norm},
                                 {"train.clip_value", "0.0"},
                                 {"train.warmup", "0"},
                                 {"train.schedule", "constant"}};
  changes.insert(changes.end(), recipe.more.begin(), recipe.more.end());
  add_scaled_target(chart, changes);
  if (spec.train.batch > 0 && spec.train.batch < kSoundBatch)
    for (const Change& change : with_batch(chart, kSoundBatch)) changes.push_back(change);
  return changes;
}

std::vector<Recipe> recipes_of(const ModelSpec& model) {
  const std::string& own = model.activation;
  if (model.kind == "rnn")
    return {{own, "none", "0.003", "1.0"},
            {own, "none", "0.001", "1.0"},
            {own, "none", "0.003", "1.0", {{"model.cell", "gru"}}}};
  if (model.kind == "transformer") {
    const std::vector<Change> pre_norm = {{"model.pre_norm", "true"}};
    return {{own, "layer", "0.003", "0.0", pre_norm},
            {own, "layer", "0.001", "0.0", pre_norm},
            {"gelu", "layer", "0.0005", "0.0", pre_norm}};
  }
  return {{own, "none", "0.003"}, {"relu", "batch", "0.003"}, {"tanh", "none", "0.001"}};
}

}  // namespace

const char* fitting_initializer(const std::string& activation) {
  if (activation == "selu") return "lecun_normal";
  if (activation == "tanh" || activation == "sigmoid" || activation == "identity") return "xavier_uniform";
  return "he_normal";
}

const char* fitting_initializer(const ModelSpec& model) {
  if (model.kind == "rnn") return "orthogonal";
  return model.kind == "transformer" ? "xavier_uniform" : fitting_initializer(model.activation);
}

std::vector<std::vector<Change>> drawn_anew(const ModelSpec& model) {
  std::vector<std::vector<Change>> changes = {{{"model.init", fitting_initializer(model)}, {"model.init_gain", "1.0"}}};
  if (model.kind == "outside") changes.push_back({{kSymmetryKey, "broken"}});
  return changes;
}

const char* fitting_norm(const ModelSpec& model) { return model.kind == "transformer" ? "layer" : "batch"; }

std::vector<std::vector<Change>> gentler_architectures(const ModelSpec& model) {
  std::vector<std::vector<Change>> changes;
  if (model.norm == "none") changes.push_back({{"model.norm", fitting_norm(model)}});
  if (!model.residual) changes.push_back({{"model.residual", "true"}});
  if (model.kind == "rnn" && model.cell == "tanh") changes.push_back({{"model.cell", "lstm"}});
  if (model.kind == "transformer" && !model.pre_norm)
    changes.push_back({{"model.norm", "layer"}, {"model.pre_norm", "true"}});
  return changes;
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
    return {sound_outside(chart, true, "0.003"), sound_outside(chart, true, "0.001"),
            sound_outside(chart, false, "0.003"), sound_outside(chart, false, "0.0005")};
  std::vector<std::vector<Change>> changes;
  for (const Recipe& recipe : recipes_of(spec.model)) changes.push_back(sound(chart, recipe));
  return changes;
}

}  // namespace gradclinic
