#include "gradclinic/fixes/remedy.h"

#include <fmt/format.h>

#include "gradclinic/support/error.h"

namespace gradclinic {

std::optional<std::vector<Change>> unless_already_so(const FixContext& context, std::vector<Change> changes) {
  try {
    const Spec changed = with(context.spec, changes);
    if (changed == context.spec || (context.follows && !context.follows(changed))) return std::nullopt;
  } catch (const BadInput&) {
    return std::nullopt;
  }
  return changes;
}

std::string value_text(double value) { return fmt::format("{:.4g}", value); }

std::optional<std::vector<Change>> with_tested_rate(const FixContext& context, std::vector<Change> changes, double low,
                                                    double high) {
  if (!changes.empty() && !unless_already_so(context, changes)) return std::nullopt;
  const double rate = context.pilot.range_test(with(context.spec, changes)).choose(low, high);
  if (rate == 0) return std::nullopt;
  changes.push_back({"train.lr", value_text(rate)});
  return unless_already_so(context, std::move(changes));
}

std::vector<Change> initialized(const std::string& initializer, double gain) {
  return {{"model.init", initializer}, {"model.init_gain", value_text(gain)}, {"model.bias_init", "0.0"}};
}

std::vector<std::string> pytorch_init(const Spec& fixed, const std::string& call) {
  const std::string& kind = fixed.model.kind;
  if (kind == "rnn" || kind == "transformer")
    return {"for name, parameter in model.named_parameters():", "    if parameter.dim() > 1:",
            "        nn.init." + fmt::format(fmt::runtime(call), "parameter"),
            "    elif 'bias' in name:", "        nn.init.zeros_(parameter)"};
  const std::string layers = kind == "cnn" ? "(nn.Conv2d, nn.Linear)" : "nn.Linear";
  return {"for module in model.modules():", "    if isinstance(module, " + layers + "):",
          "        nn.init." + fmt::format(fmt::runtime(call), "module.weight"), "        nn.init.zeros_(module.bias)"};
}

std::vector<std::string> pytorch_activation(const Spec& fixed, const std::string& module) {
  if (fixed.model.kind == "transformer")
    return {"nn.TransformerEncoderLayer(..., activation=" + module + ")  # of each block"};
  return {"for i, module in enumerate(model):  # an nn.Sequential",
          "    if isinstance(module, ACTIVATION):  # the class in use so far", "        model[i] = " + module};
}

std::vector<std::string> pytorch_optimizer(const Spec& spec) {
  const TrainSpec& train = spec.train;
  std::string call = "torch.optim.";
  if (train.optimizer == "adam")
    call += "Adam(";
  else if (train.optimizer == "adamw")
    call += "AdamW(";
  else if (train.optimizer == "rmsprop")
    call += "RMSprop(";
  else
    call += "SGD(";
  call += fmt::format("model.parameters(), lr={:g}", train.lr);
  if (train.optimizer == "momentum" || train.optimizer == "nesterov")
    call += fmt::format(", momentum={:g}", train.momentum);
  if (train.optimizer == "nesterov") call += ", nesterov=True";
  // AdamW alone decays by default.
  if (train.weight_decay > 0 || train.optimizer == "adamw")
    call += fmt::format(", weight_decay={:g}", train.weight_decay);
  return {"optimizer = " + call + ")"};
}

}  // namespace gradclinic
