#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>

#include "gradclinic/command.h"
#include "gradclinic/diagnosis/doctor.h"
#include "gradclinic/interrupt.h"
#include "gradclinic/progress.h"
#include "gradclinic/record/run.h"
#include "gradclinic/report/fix_text.h"
#include "gradclinic/spec_argument.h"
#include "gradclinic/support/file.h"
#include "gradclinic/support/machine.h"
#include "gradclinic/torch_program.h"

namespace gradclinic::commands {
namespace {

struct Arguments {
  SpecArgument spec;
  int seeds = TrialOptions{}.seeds;
  int jobs = usable_cores();
  std::optional<std::int64_t> from;
  bool anyway = false;
  bool json = false;
  std::string out;
  std::shared_ptr<CounterfactualMemory> memory = std::make_shared<CounterfactualMemory>();
};

TrialOptions options_of(const Arguments& arguments, ProgressLine& line) {
  return {.seeds = arguments.seeds,
          .threads = arguments.jobs,
          .anyway = arguments.anyway,
          .memory = arguments.memory,
          .stop = &stop_on_interrupt(),
          .on_progress = counting_on(line)};
}

ExitCode from_the_start(const Spec& spec, const Record& record, const Diagnosis& diagnosis,
                        const Arguments& arguments) {
  ProgressLine line;
  const TrialReport report = try_fixes(spec, record, diagnosis, options_of(arguments, line));
  line.finish();
  fmt::print("{}",
             arguments.json ? fix_json(spec, diagnosis, report).dump(2) + "\n" : fix_text(spec, diagnosis, report));
  if (!arguments.out.empty() && report.proven) write_file(arguments.out, to_toml(report.tried[*report.proven].fixed));
  return exit_code_of(diagnosis, report);
}

ExitCode from_the_middle(const Spec& spec, const Record& record, const Diagnosis& diagnosis,
                         const Arguments& arguments) {
  ProgressLine line;
  const MidwayReport report = try_midway(spec, record, diagnosis, *arguments.from, options_of(arguments, line));
  line.finish();
  fmt::print("{}",
             arguments.json ? midway_json(spec, diagnosis, report).dump(2) + "\n" : midway_text(diagnosis, report));
  if (report.interrupted) return ExitCode::interrupted;
  return std::ranges::any_of(report.tried, &MidwayTrial::proven) ? ExitCode::ok : ExitCode::sick;
}

ExitCode fix_command(const Arguments& arguments) {
  const Spec spec = load(arguments.spec);
  go_on_where_trained(spec.model.kind);
  if (!arguments.out.empty() && arguments.from)
    throw BadInput("--out", "no spec says what is done from the middle of a run", arguments.out, "leave out --from");
  if (arguments.from && spec.model.kind != "mlp")
    throw BadInput("--from", "steps into networks of kind mlp only", spec.model.kind, "leave out --from");
  MemoryRecorder recorder;
  run(spec, recorder, &stop_on_interrupt());
  const CounterfactualOptions trials{
      .threads = arguments.jobs, .stop = &stop_on_interrupt(), .memory = arguments.memory};
  const Diagnosis diagnosis = diagnose(recorder.record(), {.folder = spec.folder, .trials = trials});
  if (stop_on_interrupt().load()) return ExitCode::interrupted;
  if (arguments.from && (diagnosis.verdict != Health::healthy || arguments.anyway))
    return from_the_middle(spec, recorder.record(), diagnosis, arguments);
  return from_the_start(spec, recorder.record(), diagnosis, arguments);
}

std::function<ExitCode()> set_up(CLI::App& app) {
  const auto arguments = std::make_shared<Arguments>();
  add_spec_argument(app, arguments->spec, "the spec to fix (TOML, docs/spec.md)");
  app.add_option("--seeds", arguments->seeds, "seeds to try each fix on, from the spec's own on")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--jobs", arguments->jobs, "trainings side by side")->check(CLI::Range(1, 1024));
  app.add_option("--from", arguments->from, "keep the weights: try fixes from this step of the run on");
  app.add_flag("--anyway", arguments->anyway, "try fixes on a healthy training, too");
  app.add_flag("--json", arguments->json, "everything, as JSON (docs/fix.schema.json)");
  app.add_option("--out", arguments->out, "write the fixed spec here, if one is proven");
  return [arguments] { return fix_command(*arguments); };
}

}  // namespace

Command fix() {
  return {.id = "fix",
          .summary = "diagnose a spec, try fixes on it and rank them by what they did",
          .example = "gradclinic fix examples/ten-layer-sigmoid.toml --seeds 3",
          .set_up = set_up};
}

}  // namespace gradclinic::commands
