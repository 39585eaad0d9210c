#include "gradclinic/fixes/remedy.h"

#include <fmt/format.h>

#include "gradclinic/support/error.h"

namespace gradclinic {

std::optional<std::vector<Change>> unless_already_so(const FixContext& context, std::vector<Change> changes) {
  try {
    if (with(context.spec, changes) == context.spec) return std::nullopt;
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

std::vector<std::string> pytorch_init(const std::string& call) {
  return {"for module in model.modules():", "    if isinstance(module, nn.Linear):", "        nn.init." + call,
          "        nn.init.zeros_(module.bias)"};
}

std::vector<std::string> pytorch_activation(const std::string& module) {
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
