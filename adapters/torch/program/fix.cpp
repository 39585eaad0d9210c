#include "fix.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "gradclinic/diagnosis/examination.h"
#include "gradclinic/interrupt.h"
#include "gradclinic/progress.h"
#include "gradclinic/report/fix_text.h"
#include "gradclinic/spec/toml.h"
#include "gradclinic/watched_run.h"
#include "model_arguments.h"

namespace gradclinic::torch {
namespace {

struct Arguments {
  ModelArguments model;
  int seeds = TrialOptions{}.seeds;
  bool anyway = false;
  bool json = false;
};

OutsideTrainer trainer_of(const ScriptPatient& patient, const Spec& base, double work, const std::atomic<bool>& stop) {
  return {.follows = [base](const Spec& changed) { return follows(base, changed); },
          .train =
              [&patient, &stop, base, work](const Spec& spec, const std::vector<Change>& changes) {
                if (stop) return Counterfactual{};
                return patient.retrain(base, with(spec, changes), {.work = work, .stop = &stop});
              },
          .watch =
              [&patient, &stop, base](const std::vector<Change>& changes) {
                const Spec spec = with(base, changes);
                const bool drops = spec.model.dropout > 0 || base.model.dropout == 0;
                return patient.train(spec, {.drops = drops, .stop = &stop});
              }};
}

ExitCode fix(const Arguments& arguments) {
  const Spec asked = spec_of(arguments.model);
  const std::atomic<bool>& stop = stop_on_interrupt();
  const ScriptPatient patient(arguments.model.model, arguments.model.data);
  const Record record = train_watched(patient, asked, stop);
  const Spec spec = parse_spec(record.spec, "the record's spec");
  TrialOptions options{.seeds = arguments.seeds, .anyway = arguments.anyway, .stop = &stop};
  options.outside = trainer_of(patient, spec, options.work, stop);
  DoctorOptions doctor;
  doctor.trials = {.work = options.work, .stop = &stop, .train = options.outside->train};
  const Diagnosis diagnosis = stop ? Diagnosis{} : examine_record(record, doctor);
  if (stop) return ExitCode::interrupted;
  ProgressLine line;
  options.on_progress = counting_on(line);
  const TrialReport report = try_fixes(spec, record, diagnosis, options);
  line.finish();
  fmt::print("{}",
             arguments.json ? fix_json(spec, diagnosis, report).dump(2) + "\n" : fix_text(spec, diagnosis, report));
  return exit_code_of(diagnosis, report);
}

}  // namespace

std::function<ExitCode()> set_up_fix(CLI::App& app) {
  const auto arguments = std::make_shared<Arguments>();
  add_model_options(app, arguments->model);
  app.add_option("--seeds", arguments->seeds, "seeds to try each fix on, from --seed on")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_flag("--anyway", arguments->anyway, "try fixes on a healthy training, too");
  app.add_flag("--json", arguments->json, "everything, as JSON (docs/fix.schema.json)");
  return [arguments] { return fix(*arguments); };
}

}  // namespace gradclinic::torch
