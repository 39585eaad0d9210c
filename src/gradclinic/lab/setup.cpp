#include "gradclinic/lab/setup.h"

#include <fmt/format.h>

#include <set>

#include "gradclinic/lab/words.h"
#include "gradclinic/support/text.h"

namespace gradclinic {
namespace {

std::string counted(std::int64_t count, const std::string& noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

/// Phrases about spec keys; those about keys that vary are left out.
class Phrases {
 public:
  explicit Phrases(const Experiment& experiment) {
    for (const Factor& factor : experiment.factors)
      for (const FactorValue& value : factor.values)
        for (const auto& [key, setting] : value.set) varied_.insert(key);
  }

  void add(const std::string& key, const std::string& phrase, bool says_something = true) {
    if (says_something && !varied_.contains(key)) phrases_.push_back(phrase);
  }

  bool is_varied(const std::string& key) const { return varied_.contains(key); }

  /// "Network: 10 linear layers, width 50. "; starts the next sentence.
  std::string take(const std::string& subject) {
    std::string sentence = phrases_.empty() ? "" : subject + ": " + join(phrases_) + ". ";
    phrases_.clear();
    return sentence;
  }

 private:
  std::set<std::string> varied_;
  std::vector<std::string> phrases_;
};

void add_data(const DataSpec& data, Phrases& phrases) {
  phrases.add("data.set", data.set);
  phrases.add("data.samples", counted(data.samples, "sample"), data.samples > 0);
  phrases.add("data.standardize", "inputs standardized", data.standardize);
  phrases.add("data.validation", fmt::format("{:g} % held out", 100 * data.validation), data.validation > 0);
}

void add_model(const ModelSpec& model, Phrases& phrases) {
  const bool perceptron = model.kind == "mlp" && !phrases.is_varied("model.kind");
  phrases.add("model.kind", model.kind, !perceptron);
  phrases.add("model.depth", counted(model.depth, perceptron ? "linear layer" : "layer"));
  phrases.add("model.width", fmt::format("width {}", model.width));
  phrases.add("model.cell", model.cell + " cells", model.kind == "rnn");
  phrases.add("model.token", counted(model.token, "feature") + " a time step", model.token > 0);
  phrases.add("model.heads", counted(model.heads, "head"), model.kind == "transformer");
  phrases.add("model.stride", fmt::format("first stride {}", model.stride), model.stride > 1);
  phrases.add("model.activation", model.activation, model.kind != "rnn");
  phrases.add("model.init", model.init + " initialization");
  phrases.add("model.norm", model.norm + " normalization", model.norm != "none");
  phrases.add("model.pre_norm", "norms behind the sub-layers", !model.pre_norm);
  phrases.add("model.residual", "residual connections", model.residual);
  phrases.add("model.dropout", fmt::format("dropout {:g}", model.dropout), model.dropout > 0);
}

void add_training(const TrainSpec& train, Phrases& phrases) {
  phrases.add("train.loss", train.loss + " loss");
  phrases.add("train.optimizer", train.optimizer);
  phrases.add("train.lr", fmt::format("learning rate {:g}", train.lr));
  phrases.add("train.batch", train.batch == 0 ? "full batch" : fmt::format("batches of {}", train.batch));
  phrases.add("train.steps", counted(train.steps, "step"), train.steps > 0);
  phrases.add("train.epochs", counted(train.epochs > 0 ? train.epochs : 200, "epoch"), train.steps == 0);
  phrases.add("train.clip_norm", fmt::format("gradients clipped at norm {:g}", train.clip_norm), train.clip_norm > 0);
  phrases.add("train.clip_value", fmt::format("gradient entries clipped at {:g}", train.clip_value),
              train.clip_value > 0);
  phrases.add("train.weight_decay", fmt::format("weight decay {:g}", train.weight_decay), train.weight_decay > 0);
  phrases.add("train.schedule", train.schedule + " schedule", train.schedule != "constant");
  phrases.add("train.warmup", counted(train.warmup, "step") + " of warm-up", train.warmup > 0);
}

std::string factor_text(const Factor& factor) {
  std::vector<std::string> labels;
  for (const FactorValue& value : factor.values) labels.push_back(value.label);
  return factor_name_text(factor.name) + " (" + join(labels) + ")";
}

}  // namespace

std::string setup_text(const Experiment& experiment, std::size_t cells, std::size_t seeds) {
  Phrases phrases(experiment);
  add_data(experiment.base.data, phrases);
  std::string text = phrases.take("Data");
  add_model(experiment.base.model, phrases);
  text += phrases.take("Network");
  add_training(experiment.base.train, phrases);
  text += phrases.take("Training");
  std::vector<std::string> factors;
  for (const Factor& factor : experiment.factors) factors.push_back(factor_text(factor));
  if (!factors.empty()) text += "Varied: " + join(factors, "; ") + ". ";
  return text + fmt::format("{} x {}.", counted(static_cast<std::int64_t>(cells), "setting"),
                            counted(static_cast<std::int64_t>(seeds), "seed"));
}

}  // namespace gradclinic
