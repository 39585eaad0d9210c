#include "diagnose.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "gradclinic/diagnosis/examination.h"
#include "gradclinic/diagnosis/outside_changes.h"
#include "gradclinic/interrupt.h"
#include "gradclinic/report/outside_run.h"
#include "gradclinic/spec/toml.h"
#include "gradclinic/verdict_output.h"
#include "gradclinic/watched_run.h"
#include "model_arguments.h"

namespace gradclinic::torch {
namespace {

struct Arguments {
  ModelArguments model;
  VerdictOutput output;
  std::string store;
  bool no_probe = false;
};

Diagnosis judge(const ScriptPatient& patient, const Record& record, bool probe, const std::atomic<bool>& stop) {
  DoctorOptions options{.probe = probe, .trials = {}};
  Counter trials("trials");
  options.trials.stop = &stop;
  options.trials.on_progress = [&trials](std::int64_t done, std::int64_t all) { trials.show(done, all); };
  const Spec base = parse_spec(record.spec, "the record's spec");
  options.trials.train = [&](const Spec& spec, const std::vector<Change>& changes) -> Counterfactual {
    if (stop) return {};
    const ScriptTrainingOptions limits{.work = options.trials.work, .stop = &stop};
    if (changes.front().key == kPlainKey)
      return changes.front().value == "true" ? patient.train_plain(base, limits) : Counterfactual{};
    return patient.retrain(base, with(spec, changes), limits);
  };
  Diagnosis diagnosis = examine_record(record, options);
  trials.finish();
  return diagnosis;
}

ExitCode diagnose(const Arguments& arguments) {
  const Spec spec = spec_of(arguments.model);
  const std::atomic<bool>& stop = stop_on_interrupt();
  const ScriptPatient patient(arguments.model.model, arguments.model.data);
  const Record record = train_watched(patient, spec, stop);
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
  add_model_options(app, arguments->model);
  app.add_option("--store", arguments->store, "the store to record the training into");
  app.add_flag("--no-probe", arguments->no_probe, "judge from the record alone: train nothing with changes");
  add_output_options(app, arguments->output);
  return [arguments] { return diagnose(*arguments); };
}

}  // namespace gradclinic::torch
