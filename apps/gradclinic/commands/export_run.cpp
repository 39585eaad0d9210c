#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>

#include "gradclinic/command.h"
#include "gradclinic/logs/export_tensorboard.h"
#include "gradclinic/record/export.h"
#include "gradclinic/record/store.h"
#include "gradclinic/support/file.h"

namespace gradclinic::commands {
namespace {

struct Options {
  std::string run;
  std::string format;
  std::string out;
  std::string store = kDefaultStore;
};

ExitCode export_one(const Options& options) {
  const Record record = Store(options.store, true).find(options.run);
  for (const Event& event : record.events)
    if (event.kind == "damaged-block") fmt::print(stderr, "gradclinic: [{}] {}\n", options.store, event.text);
  std::string name = fmt::format("{}-seed-{}", record.name, record.seed);
  std::replace(name.begin(), name.end(), ' ', '-');
  name = file_name_of(name);
  if (options.format == "csv") {
    const std::string paths = export_csv(record, options.out.empty() ? name : options.out);
    fmt::print("{}\n", paths.empty() ? "this run recorded nothing: no file was written" : paths);
  } else if (options.format == "tensorboard") {
    fmt::print("{}\n", export_tensorboard(record, options.out.empty() ? name : options.out));
  } else {
    fmt::print("{}\n", export_npz(record, options.out.empty() ? name + ".npz" : options.out));
  }
  return ExitCode::ok;
}

std::function<ExitCode()> set_up(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  app.add_option("RUN", options->run, "A run's id, its name (the newest of that name) or `last`")->required();
  app.add_option(
         "--to", options->format,
         "csv: a folder with a file for each table; npz: one file for NumPy; tensorboard: a folder with an event file")
      ->required()
      ->check(CLI::IsMember({"csv", "npz", "tensorboard"}));
  app.add_option("--out", options->out,
                 "The folder (csv, tensorboard) or file (npz); by default named after the run and its seed");
  app.add_option("--store", options->store, "The store to look into")->capture_default_str();
  return [options] { return export_one(*options); };
}

}  // namespace

Command export_run() {
  return {.id = "export",
          .summary = "Write a recorded run as CSV, for NumPy or for TensorBoard",
          .example = "gradclinic export last --to npz --out run.npz",
          .set_up = set_up};
}

}  // namespace gradclinic::commands
