#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "gradclinic/command.h"
#include "gradclinic/record/store.h"
#include "gradclinic/support/text.h"
#include "gradclinic/support/utf8.h"

namespace gradclinic::commands {
namespace {

struct Options {
  std::string store = kDefaultStore;
  bool json = false;
};

using Row = std::vector<std::string>;

Row row_of(const RunSummary& run) {
  return {std::to_string(run.id),
          excerpt(run.name),
          std::to_string(run.seed),
          excerpt(run.outcome.status),
          std::to_string(run.outcome.steps),
          fmt::format("{:.6g}", run.outcome.final_loss),
          excerpt(run.started)};
}

/// Columns as wide as their widest entry; numbers to the right.
std::string to_table(const std::vector<Row>& rows) {
  constexpr bool kRight[] = {true, false, true, false, true, true, false};
  std::vector<std::size_t> widths(rows[0].size(), 0);
  for (const Row& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], decode_utf8(row[i]).size());
  std::string text;
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string blank(widths[i] - decode_utf8(row[i]).size(), ' ');
      line += i > 0 ? "  " : "";
      line += kRight[i] ? blank + row[i] : row[i] + blank;
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
  }
  return text;
}

/// JSON has no NaN and no infinity: they are null, and the status says which run diverged.
nlohmann::json to_json(const RunSummary& run) {
  const bool finite = std::isfinite(run.outcome.final_loss);
  return {{"id", run.id},
          {"name", run.name},
          {"seed", run.seed},
          {"status", run.outcome.status},
          {"steps", run.outcome.steps},
          {"final_loss", finite ? nlohmann::json(run.outcome.final_loss) : nlohmann::json()},
          {"seconds", run.outcome.seconds},
          {"started", run.started}};
}

ExitCode list_runs(const Options& options) {
  const std::vector<RunSummary> runs = Store(options.store, true).runs();
  if (options.json) {
    nlohmann::json json = nlohmann::json::array();
    for (const RunSummary& run : runs) json.push_back(to_json(run));
    fmt::print("{}\n", json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
    return ExitCode::ok;
  }
  if (runs.empty()) {
    fmt::print("{} holds no runs yet; record one with gradclinic run SPEC.toml\n", options.store);
    return ExitCode::ok;
  }
  std::vector<Row> rows = {{"id", "name", "seed", "status", "steps", "final loss", "started"}};
  for (const RunSummary& run : runs) rows.push_back(row_of(run));
  fmt::print("{}", to_table(rows));
  return ExitCode::ok;
}

std::function<ExitCode()> set_up(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  app.add_option("--store", options->store, "The store to look into")->capture_default_str();
  app.add_flag("--json", options->json, "Print JSON, for programs");
  return [options] { return list_runs(*options); };
}

}  // namespace

Command list() {
  return {.id = "list",
          .summary = "Show the recorded runs, newest first",
          .example = "gradclinic list --store gradclinic.sqlite",
          .set_up = set_up};
}

}  // namespace gradclinic::commands
