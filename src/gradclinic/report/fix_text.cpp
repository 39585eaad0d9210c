#include "gradclinic/report/fix_text.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "gradclinic/fixes/text_diff.h"
#include "gradclinic/report/text_layout.h"
#include "gradclinic/spec/toml.h"
#include "gradclinic/support/text.h"

namespace gradclinic {
namespace {

constexpr const char* kRow = "{:<38} {:>9} {:>26} {:>6} {:>7}  {:<12} {:>5} {:>6}  {}\n";

std::string number(double value) { return fmt::format("{:.3g}", value); }

std::string label(const TriedFix& tried) {
  return tried.candidate.fixes.empty() ? "random: " + text_of(tried.candidate.changes)
                                       : join(tried.candidate.fixes, " + ");
}

std::string interval_text(double effect, const Interval& interval) {
  return fmt::format("{:+.3g} [{:+.3g}, {:+.3g}]", effect, interval.low, interval.high);
}

std::string mechanism_text(const TriedFix& tried) {
  if (!tried.mechanism) return "-";
  return tried.gone() ? "gone" : tried.mechanism->after < tried.mechanism->before ? "weaker" : "still there";
}

std::string side_effects_text(const TriedFix& tried) {
  std::vector<std::string> names;
  for (const RuleChange& change : tried.side_effects) names.push_back(change.pathology);
  return names.empty() ? "" : join(names);
}

std::string row(const TriedFix& tried) {
  return fmt::format(kRow, excerpt(label(tried), 38), number(tried.found.outcome),
                     interval_text(tried.found.effect, tried.found.interval), tried.courses.size(), number(tried.holm),
                     mechanism_text(tried), tried.cost_per_step > 0 ? fmt::format("{:.2f}", tried.cost_per_step) : "-",
                     fmt::format("{:.3g}", tried.length), side_effects_text(tried));
}

std::string diagnosis_line(const Diagnosis& diagnosis) {
  const Finding* cause = diagnosis.cause();
  const std::string who = fmt::format("{}{}", name_of(diagnosis.verdict), cause ? ", " + cause->pathology : "");
  return wrapped(fmt::format("{}: {}", who, diagnosis.summary), 2, 100);
}

/// A line each; where no code says it, the diagnosis' sentence.
std::vector<std::string> pytorch_lines(const Diagnosis& diagnosis, const TriedFix& tried) {
  std::vector<std::string> lines;
  for (const std::string& id : tried.candidate.fixes) {
    const Fix* fix = find_fix(id);
    if (!fix->pytorch) {
      for (const std::string& line : lines_of(diagnosis.cause()->sentence, 90)) lines.push_back("# " + line);
      continue;
    }
    for (std::string& line : fix->pytorch(tried.fixed)) lines.push_back(std::move(line));
  }
  return lines;
}

std::string proven_text(const Spec& spec, const Diagnosis& diagnosis, const TriedFix& tried) {
  std::string text = "\n";
  if (spec.model.kind != "outside")  // which no file of the user's describes
    text += unified_diff(to_toml(spec), to_toml(tried.fixed), "as it is", "fixed") + "\n";
  text += "In PyTorch:\n";
  for (const std::string& line : pytorch_lines(diagnosis, tried)) text += "    " + line + "\n";
  return text;
}

double coverage(const TrialReport& report) {
  return report.tried.empty() ? 0 : report.tried.front().found.interval.coverage;
}

/// JSON has no infinity and no NaN.
nlohmann::json json_number(double value) { return std::isfinite(value) ? nlohmann::json(value) : nlohmann::json(); }

nlohmann::json changes_json(const std::vector<Change>& changes) {
  nlohmann::json json = nlohmann::json::object();
  for (const Change& change : changes) json[change.key] = change.value;
  return json;
}

nlohmann::json rule_json(const RuleChange& change) {
  return {{"pathology", change.pathology}, {"before", change.before}, {"after", change.after}};
}

nlohmann::json assessment_json(const Assessment& found, double holm, std::size_t seeds) {
  return {{"seeds", seeds},
          {"outcome", json_number(found.outcome)},
          {"effect", json_number(found.effect)},
          {"interval",
           {{"low", json_number(found.interval.low)},
            {"high", json_number(found.interval.high)},
            {"coverage", json_number(found.interval.coverage)}}},
          {"gain", json_number(found.gain)},
          {"p", found.p},
          {"p_holm", holm}};
}

nlohmann::json tried_json(const TriedFix& tried) {
  nlohmann::json json = assessment_json(tried.found, tried.holm, tried.courses.size());
  json["fixes"] = tried.candidate.fixes;
  json["changes"] = changes_json(tried.candidate.changes);
  json["proven"] = tried.proven;
  json["mechanism"] = tried.mechanism ? rule_json(*tried.mechanism) : nlohmann::json();
  json["side_effects"] = nlohmann::json::array();
  for (const RuleChange& change : tried.side_effects) json["side_effects"].push_back(rule_json(change));
  json["cost_per_step"] = tried.cost_per_step > 0 ? nlohmann::json(tried.cost_per_step) : nlohmann::json();
  json["length"] = tried.length;
  return json;
}

nlohmann::json header_json(const Spec& spec, const Diagnosis& diagnosis) {
  const Finding* cause = diagnosis.cause();
  return {{"name", spec.name},
          {"verdict", name_of(diagnosis.verdict)},
          {"summary", diagnosis.summary},
          {"cause", cause ? nlohmann::json(cause->pathology) : nlohmann::json()}};
}

}  // namespace

std::string fix_text(const Spec& spec, const Diagnosis& diagnosis, const TrialReport& report) {
  std::string text = diagnosis_line(diagnosis);
  if (report.untreated.empty())
    return text + (report.interrupted ? "Interrupted before anything was tried.\n" : "Nothing to fix.\n");
  text += fmt::format("\n{}, median over {} seeds: {} as it is\n\n", name_of(report.measure), report.seeds,
                      number(report.outcome));
  text += fmt::format(kRow, "fix", "outcome", fmt::format("effect [{:.3g} %]", 100 * coverage(report)), "seeds",
                      "p Holm", "mechanism", "cost", "length", "side effects");
  for (const TriedFix& tried : report.tried) text += row(tried);
  if (!report.random.empty()) text += row(report.random.front());
  text += fmt::format(
      "\nThe last row is the best of {} random single changes for {:.2g} times the work. cost: time per step over the "
      "untreated run's; length: steps over its steps.\n",
      report.random.size(), report.work > 0 ? report.random_work / report.work : 0);
  if (!report.untried.empty())
    text += fmt::format("Suggested, but not tried, as they change nothing here or take code of your own: {}.\n",
                        join(report.untried));
  if (report.interrupted) text += "Interrupted: what was finished until then.\n";
  if (!report.proven) return text + "No fix proven.\n";
  const TriedFix& best = report.tried[*report.proven];
  text += fmt::format("\nProven: {} (better on {} seeds, p = {} after Holm for {} fixes)\n", label(best),
                      best.courses.size(), number(best.holm), report.tried.size());
  return text + proven_text(spec, diagnosis, best);
}

std::string midway_text(const Diagnosis& diagnosis, const MidwayReport& report) {
  std::string text = diagnosis_line(diagnosis);
  if (report.interrupted) return text + "Interrupted before all runs were done.\n";
  text += fmt::format("\n{}, median over {} seeds: {} as it is; fixes from step {} on\n\n", name_of(report.measure),
                      report.untreated.size(), number(report.outcome), report.from);
  constexpr const char* kMidwayRow = "{:<24} {:>9} {:>28} {:>7}  {}\n";
  text += fmt::format(kMidwayRow, "fix", "outcome", "effect [interval]", "p Holm", "");
  for (const MidwayTrial& trial : report.tried)
    text += fmt::format(kMidwayRow, trial.fix, number(trial.found.outcome),
                        interval_text(trial.found.effect, trial.found.interval), number(trial.holm),
                        trial.rolled_back ? "not better: rolled back"
                        : trial.proven    ? "proven"
                                          : "not proven");
  return text;
}

ExitCode exit_code_of(const Diagnosis& diagnosis, const TrialReport& report) {
  if (report.interrupted) return ExitCode::interrupted;
  const bool nothing_to_fix = report.untreated.empty() || (diagnosis.verdict == Health::healthy && !report.proven);
  return report.proven || nothing_to_fix ? ExitCode::ok : ExitCode::sick;
}

nlohmann::json fix_json(const Spec& spec, const Diagnosis& diagnosis, const TrialReport& report) {
  nlohmann::json json = header_json(spec, diagnosis);
  json["interrupted"] = report.interrupted;
  json["measure"] = report.untreated.empty() ? nlohmann::json() : nlohmann::json(name_of(report.measure));
  json["seeds"] = report.seeds;
  json["untreated"] = report.untreated.empty() ? nlohmann::json() : json_number(report.outcome);
  json["multiple_comparisons"] = "Holm 1979";
  json["fixes"] = nlohmann::json::array();
  for (const TriedFix& tried : report.tried) json["fixes"].push_back(tried_json(tried));
  json["untried"] = report.untried;
  json["random"] = nlohmann::json::array();
  for (const TriedFix& tried : report.random) json["random"].push_back(tried_json(tried));
  json["random_work"] = report.work > 0 ? nlohmann::json(report.random_work / report.work) : nlohmann::json();
  json["proven"] = nullptr;
  if (!report.proven) return json;
  const TriedFix& best = report.tried[*report.proven];
  json["proven"] = {{"fixes", best.candidate.fixes},
                    {"spec", to_toml(best.fixed)},
                    {"diff", unified_diff(to_toml(spec), to_toml(best.fixed), "as it is", "fixed")},
                    {"pytorch", pytorch_lines(diagnosis, best)}};
  return json;
}

nlohmann::json midway_json(const Spec& spec, const Diagnosis& diagnosis, const MidwayReport& report) {
  nlohmann::json json = header_json(spec, diagnosis);
  json["interrupted"] = report.interrupted;
  json["from"] = report.from;
  json["measure"] = name_of(report.measure);
  json["seeds"] = report.untreated.size();
  json["untreated"] = json_number(report.outcome);
  json["multiple_comparisons"] = "Holm 1979";
  json["fixes"] = nlohmann::json::array();
  for (const MidwayTrial& trial : report.tried) {
    json["fixes"].push_back(assessment_json(trial.found, trial.holm, trial.courses.size()));
    json["fixes"].back()["fixes"] = {trial.fix};
    json["fixes"].back()["proven"] = trial.proven;
    json["fixes"].back()["rolled_back"] = trial.rolled_back;
  }
  return json;
}

}  // namespace gradclinic
