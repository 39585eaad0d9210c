#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <thread>

#include "gradclinic/command.h"
#include "gradclinic/diagnosis/doctor.h"
#include "gradclinic/interrupt.h"
#include "gradclinic/record/run.h"
#include "gradclinic/spec/toml.h"

namespace gradclinic::commands {
namespace {

struct Arguments {
  std::string spec;
  bool no_probe = false;
};

ExitCode diagnose_command(const Arguments& arguments) {
  const Spec spec = load_spec(arguments.spec);
  MemoryRecorder recorder;
  run(spec, recorder, &stop_on_interrupt());
  const Diagnosis diagnosis =
      diagnose(recorder.record(), {.probe = !arguments.no_probe,
                                   .folder = spec.folder,
                                   .trials = {.threads = int(std::thread::hardware_concurrency())}});
  fmt::print("{}: {}\n", name_of(diagnosis.verdict), diagnosis.summary);
  for (const auto* list : {&diagnosis.findings, &diagnosis.notes})
    for (const Finding& finding : *list) {
      fmt::print("{} {} ({:.2f}) {} [{}]\n", finding.role, finding.pathology, finding.confidence, finding.sentence,
                 finding.rule);
      for (const Evidence& evidence : finding.evidence)
        fmt::print("      {} = {:.4g} ({})\n", evidence.what, evidence.value, evidence.limit);
    }
  for (const Trial& trial : diagnosis.trials)
    fmt::print("  trial {:24} loss {:8.4f} val {:8.4f} acc {:.3f} restored {:6.3f}  {}\n", trial.suspect, trial.loss,
               trial.validation_loss, trial.validation_accuracy, trial.restored, trial.change);
  return diagnosis.verdict == Health::healthy ? ExitCode::ok : ExitCode::sick;
}

std::function<ExitCode()> set_up(CLI::App& app) {
  const auto arguments = std::make_shared<Arguments>();
  app.add_option("SPEC", arguments->spec, "the spec to train and judge")->required();
  app.add_flag("--no-probe", arguments->no_probe, "judge from the record alone");
  return [arguments] { return diagnose_command(*arguments); };
}

}  // namespace

Command diagnose() {
  return {.id = "diagnose",
          .summary = "train a spec under watch and say what is wrong with it",
          .example = "gradclinic diagnose examples/ten-layer-sigmoid.toml",
          .set_up = set_up};
}

}  // namespace gradclinic::commands
