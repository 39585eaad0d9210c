#include "rule.h"

#include <cmath>

#include "gradclinic/spec/validate.h"

namespace gradclinic {
namespace {

constexpr double kExcess = 0.25;
constexpr double kPoints = 0.05;
constexpr double kRise = 1.25;

/// How much of the other's gain over the best constant is lost; 0 where the other gained nothing or it is unknown.
double excess(double loss, double other) {
  if (!(other < 1) || std::isnan(loss)) return 0;
  return (loss - other) / (1 - other);
}

}  // namespace

bool clearly_worse(const Metrics& run, const Metrics& than, bool other_labels) {
  if (run.diverged || than.diverged) return run.diverged && !than.diverged;
  if (!other_labels && excess(run.training, than.training) > kExcess) return true;
  const bool held_out_higher = excess(run.held_out, than.held_out) > kExcess;
  if (!std::isnan(than.accuracy) && run.accuracy < than.accuracy - kPoints) return true;
  if (std::isnan(than.accuracy) && held_out_higher) return true;
  return held_out_higher && overfits(run);
}

bool overfits(const Metrics& run) { return run.held_out > kRise * run.best_held_out; }

bool learnt(const Metrics& run) {
  return !run.diverged && (std::isnan(run.held_out) ? run.training : run.held_out) <= kLearnt;
}

std::vector<Recipe> recipes(const Spec& spec) {
  std::vector<Recipe> all;
  const auto add = [&](const std::string& name, auto change) {
    Spec changed = spec;
    change(changed);
    if (changed != spec && !find_mistake(changed)) all.push_back({name, changed});
  };
  add("lr x 3", [](Spec& s) { s.train.lr *= 3; });
  add("lr / 3", [](Spec& s) { s.train.lr /= 3; });
  add("adam 1e-3", [](Spec& s) { s.train.optimizer = "adam", s.train.lr = 1e-3; });
  add("he_normal", [](Spec& s) { s.model.init = "he_normal", s.model.init_gain = 1, s.model.bias_init = 0; });
  add("batch norm", [](Spec& s) { s.model.norm = "batch"; });
  add("standardize", [](Spec& s) { s.data.standardize = true; });
  add("three times as long", [](Spec& s) { s.train.epochs *= 3, s.train.steps *= 3; });
  return all;
}

bool stands_alone(const Case& labelled) {
  DataSpec data = labelled.spec.data;
  const DataSpec& base = labelled.base_spec.data;
  data.standardize = base.standardize;
  data.standardize_target = base.standardize_target;
  data.target_scale = base.target_scale;
  return labelled.spec.name == labelled.base + "/base" || data != base;
}

}  // namespace gradclinic
