#include "gradclinic/fixes/random_changes.h"

#include <algorithm>

#include "gradclinic/diagnosis/counterfactual.h"
#include "gradclinic/fixes/remedy.h"
#include "gradclinic/fixes/steps.h"
#include "gradclinic/spec/toml.h"
#include "gradclinic/spec/vocabulary.h"
#include "gradclinic/support/error.h"
#include "gradclinic/tensor/generator.h"

namespace gradclinic {
namespace {

std::vector<std::string> multiples(double value, std::initializer_list<double> factors) {
  std::vector<std::string> values;
  for (const double factor : factors) values.push_back(value_text(factor * value));
  return values;
}

std::vector<std::string> whole_multiples(std::int64_t value, std::initializer_list<double> factors) {
  std::vector<std::string> values;
  for (const double factor : factors)
    values.push_back(std::to_string(std::max<std::int64_t>(1, static_cast<std::int64_t>(factor * double(value)))));
  return values;
}

/// The change of a key; of the length in steps, whatever the spec counts in.
std::vector<Change> change_of(const std::string& key, const std::string& value) {
  if (key == "train.steps") return with_steps(std::stoll(value));
  return {{key, value}};
}

}  // namespace

std::vector<RandomKey> random_keys(const FixContext& context) {
  const Spec& spec = context.spec;
  const std::int64_t steps = planned_steps(spec, context.chart);
  const double rate = spec.train.lr > 0 ? spec.train.lr : 0.01;
  std::vector<RandomKey> keys = {
      {"data.standardize", {"true", "false"}},
      {"model.activation", names_in("activations")},
      {"model.init", names_in("initializers")},
      {"model.init_gain", {"0.5", "1.0", "2.0"}},
      {"model.bias_init", {"0.0", "0.1"}},
      {"model.norm", {"none", "batch", "layer"}},
      {"model.residual", {"true", "false"}},
      {"model.dropout", {"0.0", "0.1", "0.3"}},
      {"model.width", whole_multiples(spec.model.width, {0.5, 2})},
      {"model.depth", whole_multiples(spec.model.depth, {0.5, 2})},
      {"model.cell", {"tanh", "lstm", "gru"}},
      {"model.heads", {"1", "2", "4", "8"}},
      {"model.pre_norm", {"true", "false"}},
      {"train.optimizer", names_in("optimizers")},
      {"train.lr", multiples(rate, {0.01, 0.03, 0.1, 0.3, 3, 10, 30, 100})},
      {"train.momentum", {"0.0", "0.5", "0.9", "0.99"}},
      {"train.weight_decay", {"0.0", "0.0001", "0.01"}},
      {"train.batch", {"0", "16", "32", "64", "128"}},
      {"train.clip_norm", {"0.0", "0.1", "1.0", "10.0"}},
      {"train.warmup", whole_multiples(steps, {0.05, 0.1})},
      {"train.schedule", {"constant", "cosine"}},
      {"train.steps", whole_multiples(steps, {0.5, 2, 4})},
  };
  if (spec.train.loss == "mse") keys.push_back({"data.standardize_target", {"true", "false"}});
  for (RandomKey& key : keys)
    std::erase_if(key.values,
                  [&](const std::string& value) { return !unless_already_so(context, change_of(key.key, value)); });
  std::erase_if(keys, [](const RandomKey& key) { return key.values.empty(); });
  return keys;
}

std::vector<std::vector<Change>> random_changes(const FixContext& context, std::size_t count, std::uint64_t seed) {
  std::vector<RandomKey> keys = random_keys(context);
  Generator generator(seed);
  const auto draw = [&](std::size_t choices) { return static_cast<std::size_t>(generator.random64() % choices); };
  std::vector<std::vector<Change>> changes;
  while (changes.size() < count && !keys.empty()) {
    const std::size_t at = draw(keys.size());
    RandomKey& key = keys[at];
    const std::size_t value = draw(key.values.size());
    changes.push_back(change_of(key.key, key.values[value]));
    key.values.erase(key.values.begin() + static_cast<std::ptrdiff_t>(value));
    if (key.values.empty()) keys.erase(keys.begin() + static_cast<std::ptrdiff_t>(at));
  }
  return changes;
}

}  // namespace gradclinic
