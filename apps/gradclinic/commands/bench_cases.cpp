#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "gradclinic/command.h"
#include "gradclinic/course.h"
#include "gradclinic/interrupt.h"
#include "gradclinic/lab/case_cures.h"
#include "gradclinic/progress.h"
#include "gradclinic/support/file.h"
#include "gradclinic/support/statistics.h"
#include "gradclinic/support/text.h"
#include "gradclinic/torch_program.h"

namespace gradclinic::commands {
namespace {

struct Arguments {
  std::string folder;
  std::string half = "both";
  std::string only;
  int jobs = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  bool no_probe = false;
  bool verbose = false;
  bool cure = false;
  int seeds = CureOptions{}.seeds;
  std::string json;
};

void print_share(const char* what, std::int64_t count, std::int64_t of) {
  const Interval interval = binomial_interval(count, of);
  fmt::print("  {:24} {:3} of {:3}  {:.3f}  ({:.3f} to {:.3f})\n", what, count, of,
             of > 0 ? double(count) / double(of) : 0.0, interval.low, interval.high);
}

void print_scores(const std::string& title, const CaseScores& scores) {
  fmt::print("{}\n", title);
  print_share("recall", scores.recalled, scores.sick);
  print_share("false alarms", scores.false_alarms, scores.healthy);
  print_share("cause right, top 1", scores.right_causes, scores.sick);
  print_share("cause as labelled", scores.named_causes, scores.sick);
}

void print_cures(const std::string& title, const CureScores& scores) {
  fmt::print("{}\n", title);
  print_share("cured by the best fix", scores.cured, scores.sick);
  print_share("healthy after, by doctor", scores.healthy_after, scores.sick);
  print_share("cured by random changes", scores.random_cured, scores.sick);
  fmt::print("  only by the fix {}, only by random changes {}: p = {:.3g} (exact McNemar test)\n", scores.only_fix,
             scores.only_random, scores.p);
}

void print_cure(const CuredCase& one) {
  fmt::print("{:6} {:50} {:36} {:6.2f}   random {:36} {:6.2f}\n",
             one.error.empty() ? one.cured ? "cured" : "SICK" : "ERROR", one.id,
             one.fixes.empty() ? "not treated" : join(one.fixes, " + "), one.shortfall, join(one.random_changes),
             one.random_shortfall);
}

/// Treats the sick ones and prints the shares of each half.
void cure(const std::vector<JudgedCase>& judged, const Arguments& arguments) {
  ProgressLine line("cases");
  const std::vector<CuredCase> cured = cure_cases(judged, {.threads = arguments.jobs,
                                                           .seeds = arguments.seeds,
                                                           .stop = &stop_on_interrupt(),
                                                           .on_progress = counting_on(line)});
  line.finish();
  if (arguments.verbose)
    for (const CuredCase& one : cured) print_cure(one);
  for (const bool held_out : {false, true})
    if (std::ranges::any_of(cured, [&](const CuredCase& one) { return one.held_out == held_out; }))
      print_cures(held_out ? "held-out bases" : "tuning bases",
                  score_cures(cured, [&](const CuredCase& one) { return one.held_out == held_out; }));
}

void print_case(const JudgedCase& judged) {
  const Finding* cause = judged.diagnosis.cause();
  const bool sick = judged.labelled.verdict == "sick";
  const char* mark = !judged.error.empty() ? "ERROR"
                     : sick                ? (judged.called_sick() ? (judged.right_cause() ? "ok" : "cause") : "MISS")
                                           : (judged.called_sick() ? "ALARM" : "ok");
  fmt::print("{:6} {:50} {:26} -> {:26} {}\n", mark, judged.labelled.id, sick ? judged.labelled.cause : "healthy",
             cause ? cause->pathology : name_of(judged.diagnosis.verdict),
             judged.error.empty() ? judged.diagnosis.summary : judged.error);
}

/// Per pathology: how well its confidence tells it, and what the doctor names as the cause instead.
void print_confusion(const std::vector<JudgedCase>& cases) {
  std::map<std::string, std::map<std::string, int>> said;
  for (const JudgedCase& judged : cases) {
    const std::string label = judged.labelled.verdict == "sick" ? judged.labelled.cause : "healthy";
    ++said[label][judged.diagnosis.cause() ? judged.diagnosis.cause()->pathology : name_of(judged.diagnosis.verdict)];
  }
  fmt::print("{:26} {:>5} {:>9}  {}\n", "label", "cases", "ROC area", "named as the cause");
  std::map<std::string, PathologyScore> scores;
  for (const PathologyScore& score : score_pathologies(cases)) scores[score.pathology] = score;
  for (const auto& [label, names] : said) {
    int count = 0;
    std::vector<std::string> parts;
    for (const auto& [name, times] : names) {
      count += times;
      parts.push_back(fmt::format("{} {}", name == label ? "right" : name, times));
    }
    const std::string area = scores.contains(label) ? fmt::format("{:.3f}", scores[label].roc_area) : "";
    fmt::print("{:26} {:>5} {:>9}  {}\n", label, count, area, join(parts, ", "));
  }
}

nlohmann::ordered_json share_json(std::int64_t count, std::int64_t of) {
  const Interval interval = binomial_interval(count, of);
  return {{"count", count}, {"of", of}, {"low", interval.low}, {"high", interval.high}};
}

nlohmann::ordered_json scores_json(const CaseScores& scores) {
  return {{"recall", share_json(scores.recalled, scores.sick)},
          {"false_alarms", share_json(scores.false_alarms, scores.healthy)},
          {"right_causes", share_json(scores.right_causes, scores.sick)},
          {"named_causes", share_json(scores.named_causes, scores.sick)}};
}

/// Scores by half, every case with its label and what was said, and each pathology's curve.
std::string bench_json(const std::vector<JudgedCase>& judged) {
  nlohmann::ordered_json document, cases = nlohmann::ordered_json::array(), pathologies = cases;
  for (const bool held_out : {false, true})
    document[held_out ? "held_out" : "tuning"] =
        scores_json(score_cases(judged, [&](const JudgedCase& one) { return one.labelled.held_out == held_out; }));
  for (const JudgedCase& one : judged) {
    const Finding* cause = one.diagnosis.cause();
    cases.push_back({{"case", one.labelled.id},
                     {"verdict", one.labelled.verdict},
                     {"cause", one.labelled.cause},
                     {"said", name_of(one.diagnosis.verdict)},
                     {"named", cause ? cause->pathology : ""}});
  }
  for (const PathologyScore& score : score_pathologies(judged)) {
    nlohmann::ordered_json curve = nlohmann::ordered_json::array();
    for (const RocPoint& point : score.roc)
      curve.push_back({{"threshold", point.threshold}, {"recall", point.recall}, {"false_alarms", point.false_alarms}});
    pathologies.push_back({{"pathology", score.pathology},
                           {"labelled", score.labelled},
                           {"told", score.told},
                           {"roc_area", score.roc_area},
                           {"roc", curve}});
  }
  document["cases"] = cases;
  document["pathologies"] = pathologies;
  return document.dump(2) + "\n";
}

ExitCode bench_command(const Arguments& arguments) {
  std::vector<Case> cases = load_cases(cases_folder(arguments.folder));
  std::erase_if(cases, [&](const Case& labelled) {
    if (!arguments.only.empty() && labelled.id.find(arguments.only) == std::string::npos) return true;
    return arguments.half != "both" && labelled.held_out != (arguments.half == "held-out");
  });
  for (const Case& labelled : cases) go_on_where_trained(labelled.spec.model.kind);
  ProgressLine line("cases");
  const std::vector<JudgedCase> judged = judge_cases(cases, {.threads = arguments.jobs,
                                                             .probe = !arguments.no_probe,
                                                             .stop = &stop_on_interrupt(),
                                                             .on_progress = counting_on(line)});
  line.finish();
  if (stop_on_interrupt()) return ExitCode::interrupted;  // half of the cases are no score
  if (arguments.verbose)
    for (const JudgedCase& one : judged) print_case(one);
  for (const bool held_out : {false, true})
    if (std::ranges::any_of(judged, [&](const JudgedCase& one) { return one.labelled.held_out == held_out; }))
      print_scores(held_out ? "held-out bases" : "tuning bases",
                   score_cases(judged, [&](const JudgedCase& one) { return one.labelled.held_out == held_out; }));
  print_confusion(judged);
  if (!arguments.json.empty()) write_file(arguments.json, bench_json(judged));
  if (arguments.cure) cure(judged, arguments);
  return ExitCode::ok;
}

std::function<ExitCode()> set_up(CLI::App& app) {
  const auto arguments = std::make_shared<Arguments>();
  app.add_option("--cases", arguments->folder, "folder of labelled cases; cases/ here, above or beside the sources");
  app.add_option("--half", arguments->half, "tuning, held-out or both")
      ->check(CLI::IsMember({"tuning", "held-out", "both"}))
      ->capture_default_str();
  app.add_option("--only", arguments->only, "only cases whose id contains this");
  app.add_option("--jobs", arguments->jobs, "cases side by side")->check(CLI::PositiveNumber)->capture_default_str();
  app.add_flag("--no-probe", arguments->no_probe, "judge from the records alone");
  app.add_option("--json", arguments->json, "write scores, what was said of each case, and each pathology's ROC curve");
  app.add_flag("--verbose", arguments->verbose, "one line for each case");
  app.add_flag("--cure", arguments->cure, "try fixes on the sick ones, beside as many random changes");
  app.add_option("--seeds", arguments->seeds, "with --cure: seeds of each trial")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  return [arguments] { return bench_command(*arguments); };
}

}  // namespace

Command bench_cases() {
  return {.id = "bench-cases",
          .summary = "put the doctor to the labelled cases: recall, false alarms, right causes",
          .example = "gradclinic bench-cases --half held-out",
          .set_up = set_up};
}

}  // namespace gradclinic::commands
