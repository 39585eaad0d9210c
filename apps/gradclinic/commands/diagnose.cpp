#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>
#include <thread>

#include "gradclinic/blas_kernels.h"
#include "gradclinic/command.h"
#include "gradclinic/diagnosis/examination.h"
#include "gradclinic/diagnosis/preflight.h"
#include "gradclinic/interrupt.h"
#include "gradclinic/outsider.h"
#include "gradclinic/record/store.h"
#include "gradclinic/spec_argument.h"
#include "gradclinic/torch_program.h"
#include "gradclinic/verdict_output.h"
#include "gradclinic/watched_run.h"

namespace gradclinic::commands {
namespace {

struct Arguments {
  SpecArgument what;
  std::string later;
  std::string store;
  std::string folder;
  VerdictOutput output;
  bool before = false;
  bool no_probe = false;
  int jobs = 0;
};

/// What is judged: a record, and where the spec's paths start.
struct Patient {
  Record record;
  std::string folder = ".";
};

/// As typed in a shell.
std::string quoted(const std::string& word) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=,:+";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) return word;
  std::string text = "'";
  for (const char letter : word) text += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
  return text + "'";
}

std::string spec_words(const SpecArgument& argument) {
  std::string words = quoted(argument.path);
  for (const std::string& setting : argument.settings) words += " --set " + quoted(setting);
  return words;
}

Record stored_run(const Arguments& arguments) {
  const std::string path = arguments.store.empty() ? kDefaultStore : arguments.store;
  std::error_code ignored;
  const char* const what = std::filesystem::is_directory(arguments.what.path, ignored)
                               ? "this folder holds no event files (their names have `tfevents` in them)"
                               : "this is no spec's file";
  if (!std::filesystem::exists(path, ignored))
    throw BadInput("SPEC", what + std::string(", and there is no store to look for a run of that name in"),
                   arguments.what.path, "name a TOML file, or the store with --store FILE");
  const Store store(path, true);
  try {
    return store.find(arguments.what.path);
  } catch (const StoreError& error) {
    throw BadInput("SPEC", what + std::string(" and no run that can be read"), arguments.what.path, error.what());
  }
}

/// Options that only a spec, or only two checkpoints, can have.
void refuse_unfit(const Arguments& arguments, Subject subject) {
  if (!arguments.later.empty() && subject != Subject::weights)
    throw BadInput("LATER", "is for the later of two checkpoints, and the first argument is none", arguments.what.path);
  if (subject == Subject::spec) return;
  const char* const what = subject == Subject::run   ? "a run of the store"
                           : subject == Subject::log ? "a log"
                                                     : "a checkpoint";
  if (arguments.before)
    throw BadInput("--before", fmt::format("judges a spec, and this names {}", what), arguments.what.path);
  if (!arguments.what.settings.empty())
    throw BadInput("--set", fmt::format("changes a spec, and this names {}", what), arguments.what.path);
}

Patient stored_patient(const Arguments& arguments) {
  return {stored_run(arguments), arguments.folder.empty() ? "." : arguments.folder};
}

DoctorOptions doctor_options(const Arguments& arguments, const std::string& folder, Counter& trials,
                             const std::atomic<bool>& stop) {
  const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  DoctorOptions options{.probe = !arguments.no_probe, .folder = folder, .trials = {}};
  options.trials.threads = arguments.jobs > 0 ? arguments.jobs : cores;
  options.trials.stop = &stop;
  options.trials.on_progress = [&trials](std::int64_t done, std::int64_t all) { trials.show(done, all); };
  return options;
}

ExitCode diagnose_outsider(const Arguments& arguments, Subject subject) {
  const Outsider outsider = subject == Subject::log ? examine_log_at(arguments.what.path)
                                                    : examine_weights_at(arguments.what.path, arguments.later);
  tell(arguments.output,
       {.diagnosis = outsider.diagnosis, .record = outsider.record, .spec = {}, .source = outsider.source});
  return exit_code_of(outsider.diagnosis.verdict);
}

ExitCode diagnose_command(const Arguments& arguments) {
  const Subject subject = subject_at(arguments.what.path);
  refuse_unfit(arguments, subject);
  if (subject == Subject::log || subject == Subject::weights) return diagnose_outsider(arguments, subject);
  const std::atomic<bool>& stop = stop_on_interrupt();
  Diagnosis diagnosis;
  Patient patient;
  const bool of_spec = subject == Subject::spec;
  Spec spec;
  if (of_spec) {
    spec = load(arguments.what);
    go_on_where_trained(spec.model.kind);
  }
  if (of_spec && arguments.before) {
    Preflight preflight = examine_before_training(spec, &stop);
    diagnosis = std::move(preflight.diagnosis);
    patient.record = std::move(preflight.record);
  } else {
    if (of_spec) {
      warn_of_slow_blas();
      patient = {run_watched(spec, arguments.store, stop), spec.folder};
    } else {
      patient = stored_patient(arguments);
      if (!arguments.no_probe) go_on_where_trained(parse_spec(patient.record.spec, "the record's spec").model.kind);
    }
    Counter trials("trials");
    if (!stop) diagnosis = examine_record(patient.record, doctor_options(arguments, patient.folder, trials, stop));
    trials.finish();
  }
  if (stop) {
    fmt::print(stderr, "gradclinic: interrupted before there was a verdict\n");
    return ExitCode::interrupted;
  }
  tell(arguments.output, {.diagnosis = diagnosis,
                          .record = patient.record,
                          .spec = of_spec ? spec_words(arguments.what) : "",
                          .spec_path = of_spec ? arguments.what.path : "",
                          .before_training = arguments.before});
  return exit_code_of(diagnosis.verdict);
}

std::function<ExitCode()> set_up(CLI::App& app) {
  const auto arguments = std::make_shared<Arguments>();
  add_spec_argument(
      app, arguments->what,
      "the spec to train and judge (a TOML file); a folder of TensorBoard's event files, or one of them; a checkpoint "
      "(safetensors or npz); otherwise a run of the store: its id, its name or `last`");
  app.add_option("LATER", arguments->later, "a later checkpoint of the same training: what became of the first");
  app.add_option(
      "--store", arguments->store,
      fmt::format("the store to read the run from ({} without), or to record the training into", kDefaultStore));
  app.add_option("--folder", arguments->folder, "of a stored run: where its spec's relative paths start");
  app.add_flag("--before", arguments->before, "judge the spec without training it");
  app.add_flag("--no-probe", arguments->no_probe, "judge from the record alone: train nothing with changes");
  app.add_option("--jobs", arguments->jobs, "trainings at a time; all cores without")->check(CLI::Range(1, 1024));
  add_output_options(app, arguments->output);
  return [arguments] { return diagnose_command(*arguments); };
}

}  // namespace

Command diagnose() {
  return {.id = "diagnose",
          .summary = "say what is wrong with a training and what causes it; exit 0 healthy, 1 sick, 2 undecided",
          .example = "gradclinic diagnose examples/ten-layer-sigmoid.toml --html diagnosis.html",
          .set_up = set_up};
}

}  // namespace gradclinic::commands
