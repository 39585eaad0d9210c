#include "gradclinic/record/run.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "gradclinic/blas_kernels.h"
#include "gradclinic/command.h"
#include "gradclinic/interrupt.h"
#include "gradclinic/record/store.h"
#include "gradclinic/spec_argument.h"
#include "gradclinic/torch_program.h"

namespace gradclinic::commands {
namespace {

struct Arguments {
  SpecArgument spec;
  std::string store = kDefaultStore;
};

std::string end_of(const Outcome& outcome) {
  if (outcome.status == "diverged")
    return fmt::format("diverged at step {}: loss {}", outcome.steps, outcome.final_loss);
  return fmt::format("{} after {} steps: loss {:.6g}", outcome.status, outcome.steps, outcome.final_loss);
}

ExitCode run_command(const Arguments& arguments) {
  const Spec spec = load(arguments.spec);
  go_on_where_trained(spec.model.kind);
  warn_of_slow_blas();
  Store store(arguments.store);
  const std::unique_ptr<Store::RunRecorder> recorder = store.new_run();
  const Outcome outcome = run(spec, *recorder, &stop_on_interrupt());
  fmt::print("{}: {}, {:.3g} s\n", spec.name, end_of(outcome), outcome.seconds);
  fmt::print("recorded as run {} in {}; gradclinic export {} --to csv writes what was measured\n", recorder->id(),
             arguments.store, recorder->id());
  return outcome.status == "interrupted" ? ExitCode::interrupted : ExitCode::ok;
}

std::function<ExitCode()> set_up(CLI::App& app) {
  const auto arguments = std::make_shared<Arguments>();
  add_spec_argument(app, arguments->spec, "the spec to train (TOML, docs/spec.md)");
  app.add_option("--store", arguments->store, "the store to record into")->capture_default_str();
  return [arguments] { return run_command(*arguments); };
}

}  // namespace

Command run() {
  return {.id = "run",
          .summary = "train one spec under watch and record it",
          .example = "gradclinic run examples/ten-layer-sigmoid.toml --set model.activation=relu",
          .set_up = set_up};
}

}  // namespace gradclinic::commands
