#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

#include "gradclinic/command.h"
#include "gradclinic/course.h"
#include "gradclinic/data/dataset.h"
#include "gradclinic/diagnosis/pathology.h"
#include "gradclinic/fixes/fix.h"
#include "gradclinic/instruments/gauge.h"
#include "gradclinic/lab/claim_text.h"
#include "gradclinic/lab/setup.h"
#include "gradclinic/net/activation.h"
#include "gradclinic/net/initializer.h"
#include "gradclinic/net/loss.h"
#include "gradclinic/net/optimizer.h"
#include "gradclinic/report/results_json.h"
#include "gradclinic/report/writeup.h"
#include "gradclinic/support/text.h"

namespace gradclinic::commands {
namespace {

struct Arguments {
  std::string name;
  std::string experiments;
  std::string report = "report";
};

/// What there is to explain: names by kind, and texts of those that match.
struct Catalogue {
  std::string wanted;
  std::vector<std::pair<std::string, std::vector<std::string>>> kinds = {};
  std::vector<std::string> texts = {};

  /// Calls `text` only for the wanted one.
  template <class Text>
  void add(const std::string& kind, const std::string& name, Text text) {
    if (kinds.empty() || kinds.back().first != kind) kinds.push_back({kind, {}});
    kinds.back().second.push_back(name);
    if (name == wanted) texts.push_back(text());
  }

  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& [kind, members] : kinds) all.insert(all.end(), members.begin(), members.end());
    return all;
  }
};

template <class Entry>
void add_entries(const std::vector<Entry>& entries, const std::string& kind, Catalogue& catalogue) {
  for (const Entry& entry : entries)
    catalogue.add(kind, entry.id, [&] {
      return fmt::format("{} ({})\n  {}\n  Reference: {}\n", entry.id, kind, entry.summary, entry.reference);
    });
}

void add_fixes(Catalogue& catalogue) {
  for (const Fix& fix : all_fixes())
    catalogue.add("fix", fix.id, [&] {
      std::vector<std::string> against;
      for (const Pathology& pathology : all_pathologies())
        if (std::ranges::count(pathology.fixes, fix.id) > 0) against.push_back(pathology.id);
      if (!fix.pytorch) against = {"what the diagnosis says to change by hand"};
      return fmt::format("{} (fix)\n  {}\n  Why it helps: {}\n  Tried against: {}.\n{}  Reference: {}\n", fix.id,
                         fix.summary, fix.mechanism, against.empty() ? "what nothing else suits" : join(against),
                         fix.keeps_weights() ? "  Keeps the weights: may be tried from the middle of a run.\n" : "",
                         fix.reference);
    });
}

void add_gauges(Catalogue& catalogue) {
  for (const Gauge& gauge : gauges::all())
    catalogue.add("gauge", gauge.id, [&] {
      return fmt::format("{} (gauge)\n  {}\n  Unit: {}. Schedule: {}. Cost: {}.\n  Reference: {}\n", gauge.id,
                         gauge.summary, gauge.unit, gauge.table, gauge.cost, gauge.reference);
    });
}

std::string line_if(const std::string& heading, const std::string& text) {
  return text.empty() ? "" : fmt::format("  {}: {}\n", heading, text);
}

void add_pathologies(Catalogue& catalogue) {
  for (const Pathology& pathology : all_pathologies()) {
    const bool benign = pathology.stage == Stage::benign;
    catalogue.add(benign ? "look-alike" : "pathology", pathology.id, [&] {
      const std::string kind = benign ? "benign look-alike" : "pathology";
      return fmt::format("{} ({})\n  {}\n", pathology.id, kind, pathology.summary) +
             line_if("Mechanism", pathology.mechanism) + line_if("Judged from", join(pathology.needs)) +
             line_if("To be told apart from", join(pathology.look_alikes)) +
             line_if("Leads to", join(pathology.leads_to)) + line_if("Fixes", join(pathology.fixes)) +
             line_if("Reference", pathology.reference);
    });
  }
}

/// The results that a report holds; none without a report.
std::optional<LabResults> results_in(const std::string& folder) {
  const std::filesystem::path path = std::filesystem::path(folder) / "results.json";
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::ostringstream text;
  text << file.rdbuf();
  return read_results(text.str());
}

std::string verdict_text(const std::string& experiment, const std::string& claim, const Arguments& arguments) {
  if (const std::optional<LabResults> results = results_in(arguments.report))
    for (const ExperimentResult& result : results->experiments)
      for (const ClaimResult& found : result.claims)
        if (result.id == experiment && found.id == claim)
          return fmt::format("{} ({}, in {})\n  Because: {}", name_of(found.verdict), effect_text(found),
                             arguments.report, found.reason);
  return "not tested yet; gradclinic lab " + experiment + " tests it";
}

std::string claim_text(const Experiment& experiment, const ClaimSpec& claim, const Arguments& arguments) {
  return fmt::format("{} (claim of the experiment {})\n  \"{}\"\n", claim.id, experiment.id, claim.says) +
         line_if("Source", claim.source) + line_if("Rule", rule_text(claim, experiment)) +
         line_if("Why", claim.explain) + line_if("Verdict", verdict_text(experiment.id, claim.id, arguments));
}

std::string experiment_text(const Experiment& experiment) {
  std::string text =
      fmt::format("{} (experiment)\n  {}\n", experiment.id, experiment.title) +
      line_if("Question", experiment.question) +
      line_if("Setup", setup_text(experiment, cells(experiment).size(), static_cast<std::size_t>(experiment.seeds))) +
      line_if("Notes", experiment.notes);
  for (const ClaimSpec& claim : experiment.claims) text += fmt::format("  Claim {}: \"{}\"\n", claim.id, claim.says);
  return text;
}

void add_course(const Arguments& arguments, Catalogue& catalogue) {
  for (const Experiment& experiment : load_experiments(experiments_folder(arguments.experiments))) {
    catalogue.add("experiment", experiment.id, [&] { return experiment_text(experiment); });
    for (const ClaimSpec& claim : experiment.claims)
      catalogue.add("claim of " + experiment.id, claim.id, [&] { return claim_text(experiment, claim, arguments); });
  }
}

ExitCode explain_command(const Arguments& arguments) {
  Catalogue catalogue{arguments.name};
  add_entries(activations::all(), "activation", catalogue);
  add_entries(initializers::all(), "initializer", catalogue);
  add_entries(losses::all(), "loss", catalogue);
  add_entries(optimizers::all(), "optimizer", catalogue);
  add_entries(sets::all(), "data set", catalogue);
  add_fixes(catalogue);
  add_gauges(catalogue);
  add_pathologies(catalogue);
  // What the catalogues know can be explained without any experiments at hand.
  if (catalogue.texts.empty()) add_course(arguments, catalogue);
  if (arguments.name.empty()) {
    for (const auto& [kind, names] : catalogue.kinds) fmt::print("{}: {}\n", kind, join(names));
    return ExitCode::ok;
  }
  if (catalogue.texts.empty()) {
    const std::string close = nearest(arguments.name, catalogue.names());
    throw BadInput("NAME", "nothing has this name", arguments.name,
                   close.empty() ? "gradclinic explain without a name lists them" : "did you mean `" + close + "`?");
  }
  fmt::print("{}", join(catalogue.texts, "\n"));
  return ExitCode::ok;
}

std::function<ExitCode()> set_up(CLI::App& app) {
  const auto arguments = std::make_shared<Arguments>();
  app.add_option(
      "NAME", arguments->name,
      "a pathology, claim, experiment, gauge, activation, initializer, optimizer, loss or data set; all names without");
  app.add_option("--experiments", arguments->experiments, "folder of experiments (*.toml)");
  app.add_option("--report", arguments->report, "the report that holds the verdicts")->capture_default_str();
  return [arguments] { return explain_command(*arguments); };
}

}  // namespace

Command explain() {
  return {.id = "explain",
          .summary = "tell what a claim, an experiment or anything in the catalogues is, and a claim's verdict",
          .example = "gradclinic explain vanishing-gradient",
          .set_up = set_up};
}

}  // namespace gradclinic::commands
