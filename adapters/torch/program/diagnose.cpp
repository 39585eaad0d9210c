#include "diagnose.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>

#include "../script_patient.h"
#include "gradclinic/diagnosis/examination.h"
#include "gradclinic/interrupt.h"
#include "gradclinic/report/outside_run.h"
#include "gradclinic/spec/toml.h"
#include "gradclinic/spec/validate.h"
#include "gradclinic/spec/vocabulary.h"
#include "gradclinic/verdict_output.h"
#include "gradclinic/watched_run.h"

namespace gradclinic::torch {
namespace {

struct Arguments {
  std::string model;
  std::string data;
  Spec spec;
  VerdictOutput output;
  std::string store;
  bool no_probe = false;
};

Record train(const ScriptPatient& patient, const Spec& spec, const std::atomic<bool>& stop) {
  Counter steps("steps");
  Record record = patient.train(
      spec, {.stop = &stop, .on_step = [&steps](std::int64_t done, std::int64_t all) { steps.show(done, all); }});
  steps.finish();
  return record;
}

Diagnosis judge(const ScriptPatient& patient, const Record& record, bool probe, const std::atomic<bool>& stop) {
  const Spec spec = parse_spec(record.spec, "the record's spec");
  DoctorOptions options{.probe = probe, .trials = {}};
  Counter trials("trials");
  options.trials.stop = &stop;
  options.trials.on_progress = [&trials](std::int64_t done, std::int64_t all) { trials.show(done, all); };
  options.trials.train = [&](const std::vector<Change>& changes) -> Counterfactual {
    if (stop) return {};
    return patient.retrain(spec, changes, {.work = options.trials.work, .stop = &stop});
  };
  Diagnosis diagnosis = examine_record(record, options);
  trials.finish();
  return diagnosis;
}

ExitCode diagnose(const Arguments& arguments) {
  if (arguments.data.empty())
    throw BadInput("--data", "the samples to train on are missing", "",
                   "--data FILE.npz with arrays inputs and targets, as numpy.savez writes");
  if (arguments.spec.train.loss.empty())
    throw BadInput("--loss", "what training minimizes is missing", "",
                   "--loss " + fmt::format("{}", fmt::join(names_in("losses"), ", ")));
  Spec spec = arguments.spec;
  spec.name = std::filesystem::path(arguments.model).stem().string();
  validate(spec, "the options");
  const std::atomic<bool>& stop = stop_on_interrupt();
  const ScriptPatient patient(arguments.model, arguments.data);
  const Record record = train(patient, spec, stop);
  Diagnosis diagnosis;
  if (!stop) diagnosis = judge(patient, record, !arguments.no_probe, stop);
  if (!arguments.store.empty()) save_record(record, arguments.store);
  if (stop) {
    fmt::print(stderr, "gradclinic: interrupted before there was a verdict\n");
    return ExitCode::interrupted;
  }
  tell(arguments.output, {.diagnosis = diagnosis, .record = record, .spec = "", .spec_path = ""});
  return exit_code_of(diagnosis.verdict);
}

}  // namespace

std::function<ExitCode()> set_up_diagnose(CLI::App& app) {
  const auto arguments = std::make_shared<Arguments>();
  Spec& spec = arguments->spec;
  spec.seed = 1;
  spec.model.kind = "outside";
  spec.train = {.loss = "", .lr = 0.001, .batch = 32};
  app.add_option("MODEL", arguments->model, "a TorchScript file, scripted or traced in training mode")->required();
  app.add_option("--data", arguments->data, "an .npz archive with arrays inputs and targets (or x and y)");
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
  app.add_option("--store", arguments->store, "the store to record the training into");
  app.add_flag("--no-probe", arguments->no_probe, "judge from the record alone: train nothing with changes");
  add_output_options(app, arguments->output);
  return [arguments] {
    constexpr std::int64_t kEpochs = 20;
    TrainSpec& train = arguments->spec.train;
    if (train.steps == 0 && train.epochs == 0) train.epochs = kEpochs;
    return diagnose(*arguments);
  };
}

}  // namespace gradclinic::torch
