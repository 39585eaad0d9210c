#include "gradclinic/lab/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>

#include "gradclinic/support/text.h"

namespace gradclinic {
namespace {

std::string data_text(const DataSpec& data) {
  std::string text = data.set;
  if (data.samples > 0) text += fmt::format(", {} samples", data.samples);
  if (data.standardize) text += ", inputs standardized";
  if (data.validation > 0) text += fmt::format(", {:.0f} % held out", 100 * data.validation);
  return text;
}

std::string model_text(const ModelSpec& model) {
  std::string text = fmt::format("{} linear layers of width {}, {}, initialized by {}", model.depth, model.width,
                                 model.activation, model.init);
  if (model.norm != "none") text += ", " + model.norm + " normalization";
  if (model.residual) text += ", residual connections";
  if (model.dropout > 0) text += fmt::format(", dropout {:g}", model.dropout);
  return text;
}

std::string train_text(const TrainSpec& train) {
  std::string text = fmt::format("{} loss, {}, learning rate {:g}, {}", train.loss, train.optimizer, train.lr,
                                 train.batch == 0 ? "the full batch" : fmt::format("batches of {}", train.batch));
  if (train.steps > 0) text += fmt::format(", {} steps", train.steps);
  if (train.epochs > 0) text += fmt::format(", {} epochs", train.epochs);
  if (train.clip_norm > 0) text += fmt::format(", gradients clipped at norm {:g}", train.clip_norm);
  if (train.clip_value > 0) text += fmt::format(", gradient entries clipped at {:g}", train.clip_value);
  if (train.schedule != "constant") text += ", " + train.schedule + " schedule";
  if (train.warmup > 0) text += fmt::format(", {} steps of warm-up", train.warmup);
  return text;
}

std::string factor_text(const Factor& factor) {
  std::vector<std::string> labels;
  for (const FactorValue& value : factor.values) labels.push_back(value.label);
  return factor_name_text(factor.name) + " (" + join(labels) + ")";
}

}  // namespace

std::string factor_name_text(const std::string& factor) {
  std::string name = factor.substr(factor.rfind('.') + 1);
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

std::string setting_text(const Selection& setting) {
  std::vector<std::string> words;
  for (const auto& [factor, labels] : setting)
    for (const std::string& label : labels) words.push_back(label_text(factor, label));
  return words.empty() ? "all" : join(words);
}

std::string label_text(const std::string& factor, const std::string& label) {
  static const std::vector<std::string> says_little{"true", "false", "none", "on", "off", "yes", "no"};
  const bool is_number = !label.empty() && (std::isdigit(static_cast<unsigned char>(label.front())) != 0 ||
                                            label.front() == '-' || label.front() == '.');
  const bool is_short = std::find(says_little.begin(), says_little.end(), label) != says_little.end();
  return is_number || is_short ? factor_name_text(factor) + " " + label : label;
}

std::string number_in_words(double value) {
  if (std::isnan(value)) return "not a number";
  if (std::isinf(value)) return value > 0 ? "infinite" : "minus infinite";
  std::string text = fmt::format("{:.3g}", value);
  // "8.6e-09" reads worse than "8.6e-9".
  if (const std::size_t exponent = text.find('e'); exponent != std::string::npos)
    while (text.size() > exponent + 3 && text[exponent + 2] == '0') text.erase(exponent + 2, 1);
  return text;
}

std::string seeds_in_words(long count, long all) { return fmt::format("{} of {} seeds", count, all); }

std::string setup_text(const Experiment& experiment, std::size_t cells, std::size_t seeds) {
  const Spec& base = experiment.base;
  std::vector<std::string> factors;
  for (const Factor& factor : experiment.factors) factors.push_back(factor_text(factor));
  std::string text = fmt::format("Data: {}. Network: {}. Training: {}.", data_text(base.data), model_text(base.model),
                                 train_text(base.train));
  if (!factors.empty()) text += " Varied: " + join(factors, "; ") + ".";
  return text + fmt::format(" {} {} x {} {}.", cells, cells == 1 ? "setting" : "settings", seeds,
                            seeds == 1 ? "seed" : "seeds");
}

}  // namespace gradclinic
