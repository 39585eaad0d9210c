#include "gradclinic/lab/lab.h"

#include <fmt/format.h>
#include <unistd.h>
#include <zlib.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <memory>
#include <thread>

#include "gradclinic/blas_kernels.h"
#include "gradclinic/command.h"
#include "gradclinic/course.h"
#include "gradclinic/interrupt.h"
#include "gradclinic/lab/notebook.h"
#include "gradclinic/progress.h"
#include "gradclinic/report/render.h"
#include "gradclinic/support/number_text.h"
#include "gradclinic/torch_program.h"

namespace gradclinic::commands {
namespace {

constexpr int kWidthElsewhere = 100;

struct Arguments {
  std::vector<std::string> ids;
  std::int64_t seeds = 0;
  int jobs = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  std::string out = "report";
  std::string experiments;
  bool all = false;
  bool quick = false;
  bool no_cache = false;
  bool notebook = false;
};

/// Tells this build from any other, as results of other machine code may differ: the programs that are beside this one,
/// so that gradclinic and gradclinic-torch take each other's results.
std::string build_mark() {
  uLong sum = crc32(0, nullptr, 0);
  std::uintmax_t size = 0;
  std::vector<char> block(1 << 16);
  for (const std::string& path : own_programs()) {
    std::ifstream program(path, std::ios::binary);
    while (program.read(block.data(), static_cast<std::streamsize>(block.size())) || program.gcount() > 0) {
      sum = crc32(sum, reinterpret_cast<const Bytef*>(block.data()), static_cast<uInt>(program.gcount()));
      size += static_cast<std::uintmax_t>(program.gcount());
    }
  }
  return fmt::format("gradclinic {:08x} {}", sum, size);
}

/// The page among the files of a report.
std::string page_of(const std::vector<std::string>& paths) {
  const auto page =
      std::find_if(paths.begin(), paths.end(), [](const std::string& path) { return path.ends_with(".html"); });
  return page == paths.end() ? paths.front() : *page;
}

void make_folder(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw StoreError(folder, "cannot make the folder", error.message(), "choose another with --out DIR");
}

ExitCode run_notebook_command(const std::string& folder) {
  make_folder(folder);
  const NotebookResult notebook = run_notebook();
  std::string section;
  for (const NotebookLine& line : notebook.lines) {
    if (line.section != section)
      fmt::print("\n{}\n  {:<40} {:>14} {:>14} {:>10}\n", line.section, "", "here", "notebook", "apart");
    section = line.section;
    fmt::print("  {:<40} {:>14.6e}", line.label, line.here);
    if (std::isfinite(line.printed))
      fmt::print(" {:>14.6e} {:>9.4f}%", line.printed, 100 * std::abs(line.here / line.printed - 1));
    fmt::print("\n");
  }
  fmt::print("\nReport: {}\n", page_of(write_report(notebook.results, folder)));
  return ExitCode::ok;
}

void print_end(const LabResults& results, const std::vector<std::string>& paths) {
  const bool is_terminal = isatty(STDOUT_FILENO) != 0;
  fmt::print("{}\n", terminal_summary(results, is_terminal, terminal_columns(stdout, kWidthElsewhere)));
  fmt::print("{} in {}. Report: {}\n", count_text(results.runs, "run", "runs"), duration_text(results.seconds),
             page_of(paths));
  if (results.interrupted) fmt::print("Stopped before the end; the same command goes on from here.\n");
}

ExitCode run_lab_command(const Arguments& arguments) {
  if (arguments.notebook) return run_notebook_command((std::filesystem::path(arguments.out) / "notebook").string());
  std::vector<Experiment> experiments = load_experiments(experiments_folder(arguments.experiments));
  if (!arguments.all) experiments = choose(experiments, arguments.ids);
  for (const Experiment& experiment : experiments)
    for (const Cell& cell : cells(experiment)) go_on_where_trained(cell.spec.model.kind);
  make_folder(arguments.out);
  warn_of_slow_blas();

  ProgressLine line;
  ProgressLine patients("patients");
  LabOptions options;
  if (arguments.seeds > 0) options.seeds = arguments.seeds;
  options.quick = arguments.quick;
  options.jobs = arguments.jobs;
  options.program = build_mark();
  if (!arguments.no_cache) options.cache = (std::filesystem::path(arguments.out) / "runs.cache").string();
  options.stop = &stop_on_interrupt();
  options.on_progress = [&](const LabProgress& progress) { line.show(progress); };
  options.on_patient = [&](const LabProgress& progress) {
    line.finish();
    patients.show(progress);
  };
  options.on_warning = [&](const std::string& warning) {
    line.finish();
    patients.finish();
    fmt::print(stderr, "gradclinic: {}\n", warning);
  };
  const LabResults results = run_lab(experiments, options);
  line.finish();
  patients.finish();

  print_end(results, write_report(results, arguments.out));
  if (results.interrupted) return ExitCode::interrupted;
  return results.runs == 0 ? ExitCode::run_failed : ExitCode::ok;
}

std::function<ExitCode()> set_up(CLI::App& app) {
  const auto arguments = std::make_shared<Arguments>();
  app.add_option("ID", arguments->ids, "experiments to run; without, the course");
  app.add_flag("--all", arguments->all,
               "the extended experiments, too: convolutional and recurrent networks, transformers");
  app.add_option("--seeds", arguments->seeds, "seeds per setting, instead of each experiment's own number")
      ->check(CLI::Range(1, 10000));
  app.add_option("--jobs", arguments->jobs, "runs at a time")->check(CLI::Range(1, 1024))->capture_default_str();
  app.add_option("--out", arguments->out, "folder for the report")->capture_default_str();
  app.add_option("--experiments", arguments->experiments, "folder of experiments (*.toml)");
  app.add_flag("--quick", arguments->quick, "few seeds: a first look in a fraction of the time");
  app.add_flag("--no-cache", arguments->no_cache, "neither use finished runs of an earlier command nor keep these");
  app.add_flag("--notebook", arguments->notebook, "run the course notebook itself instead: seed 42, to the digit");
  return [arguments] { return run_lab_command(*arguments); };
}

}  // namespace

Command lab() {
  return {.id = "lab",
          .summary = "run the course: every experiment over many seeds, its claims tested, in one report",
          .example = "gradclinic lab --quick",
          .set_up = set_up};
}

}  // namespace gradclinic::commands
