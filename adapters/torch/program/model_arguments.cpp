#include "model_arguments.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>

#include "gradclinic/spec/toml.h"
#include "gradclinic/spec/vocabulary.h"
#include "gradclinic/support/error.h"
#include "gradclinic/watched_run.h"

namespace gradclinic::torch {

void add_model_options(CLI::App& app, ModelArguments& arguments) {
  Spec& spec = arguments.spec;
  spec.seed = 1;
  spec.model.kind = "outside";
  spec.train = {.loss = "", .lr = 0.001, .batch = 32};
  app.add_option("MODEL", arguments.model, "a TorchScript file, scripted or traced in training mode")->required();
  app.add_option("--data", arguments.data, "an .npz archive with arrays inputs and targets (or x and y)");
  app.add_option("--loss", spec.train.loss, "what training minimizes; bce is of logits")
      ->check(CLI::IsMember(names_in("losses")));
  app.add_option("--optimizer", spec.train.optimizer, "sgd without")->check(CLI::IsMember(names_in("optimizers")));
  app.add_option("--lr", spec.train.lr, "learning rate")->capture_default_str();
  app.add_option("--momentum", spec.train.momentum, "of momentum and nesterov")->capture_default_str();
  app.add_option("--weight-decay", spec.train.weight_decay, "0 without");
  app.add_option("--batch", spec.train.batch, "samples a step; 0 is the full batch")->capture_default_str();
  CLI::Option* const steps = app.add_option("--steps", spec.train.steps, "optimizer steps")->check(CLI::PositiveNumber);
  app.add_option("--epochs", spec.train.epochs, "passes over the data; 20 without either")
      ->check(CLI::PositiveNumber)
      ->excludes(steps);
  app.add_option("--clip-norm", spec.train.clip_norm, "largest norm of the gradient");
  app.add_option("--validation", spec.data.validation, "share of the samples held out");
  app.add_option("--seed", spec.seed, "what shuffling and dropout come from")->capture_default_str();
}

Spec spec_of(const ModelArguments& arguments) {
  constexpr std::int64_t kEpochs = 20;
  if (arguments.data.empty())
    throw BadInput("--data", "the samples to train on are missing", "",
                   "--data FILE.npz with arrays inputs and targets, as numpy.savez writes");
  if (arguments.spec.train.loss.empty())
    throw BadInput("--loss", "what training minimizes is missing", "",
                   "--loss " + fmt::format("{}", fmt::join(names_in("losses"), ", ")));
  Spec spec = arguments.spec;
  spec.name = std::filesystem::path(arguments.model).stem().string();
  if (spec.train.steps == 0 && spec.train.epochs == 0) spec.train.epochs = kEpochs;
  validate(spec, "the options");
  return spec;
}

Record train_watched(const ScriptPatient& patient, const Spec& spec, const std::atomic<bool>& stop) {
  Counter steps("steps");
  Record record = patient.train(
      spec, {.stop = &stop, .on_step = [&steps](std::int64_t done, std::int64_t all) { steps.show(done, all); }});
  steps.finish();
  return record;
}

}  // namespace gradclinic::torch
