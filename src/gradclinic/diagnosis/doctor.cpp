#include "gradclinic/diagnosis/doctor.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gradclinic/diagnosis/chain.h"
#include "gradclinic/diagnosis/judgement.h"
#include "gradclinic/diagnosis/reference_recipes.h"

namespace gradclinic {
namespace {

/// A finding below this confidence is a suspicion: worth a trial, not worth telling.
constexpr double kWorthTelling = 0.4;
/// Of a training that does not fail only what is plain to see is told.
constexpr double kWorthANote = 0.7;
constexpr std::size_t kFewestSurveys = 2;
constexpr std::int64_t kFewestSteps = 2;

/// Looks for every pathology; what cannot be judged becomes a gap.
std::vector<Suspect> examine(const Chart& chart, Diagnosis& diagnosis) {
  std::vector<Suspect> suspects;
  for (const Pathology& pathology : all_pathologies()) {
    const auto missing =
        std::ranges::find_if(pathology.needs, [&](const std::string& quantity) { return !chart.has(quantity); });
    if (missing != pathology.needs.end()) {
      diagnosis.gaps.push_back({pathology.id, fmt::format("{} was not recorded", *missing)});
      continue;
    }
    std::optional<Finding> finding = pathology.examine(chart);
    if (!finding) continue;
    finding->pathology = pathology.id;
    if (!finding->by_hand) finding->fixes = pathology.fixes;
    suspects.push_back({&pathology, std::move(*finding), {}});
  }
  return suspects;
}

/// Puts each suspect's removals to the test, and recipes known to be sound.
void try_out(const Chart& chart, const DoctorOptions& options, std::vector<Suspect>& suspects,
             const std::vector<std::vector<Change>>& recipes, std::vector<TriedChange>& references) {
  std::vector<std::vector<Change>> changes = recipes;
  std::vector<std::vector<TriedChange>*> belongs(changes.size(), &references);
  for (Suspect& suspect : suspects) {
    if (!suspect.pathology->without) continue;
    for (std::vector<Change>& change : suspect.pathology->without(chart)) {
      changes.push_back(std::move(change));
      belongs.push_back(&suspect.tried);
    }
  }
  Spec spec = chart.spec();
  spec.folder = options.folder;
  const std::vector<Counterfactual> results = carry_out(spec, changes, options.trials);
  for (std::size_t i = 0; i < changes.size(); ++i) belongs[i]->push_back({changes[i], results[i]});
}

/// Lets the findings that trials may confirm or refute have a look at all of them.
void look_again(const Chart& chart, const std::vector<TriedChange>& references, std::vector<Suspect>& suspects) {
  std::vector<const Course*> tried;
  const auto add = [&](const std::vector<TriedChange>& changes) {
    for (const TriedChange& each : changes)
      if (!each.result.course.empty()) tried.push_back(&each.result.course);
  };
  add(references);
  for (const Suspect& suspect : suspects) add(suspect.tried);
  if (tried.empty()) return;
  std::erase_if(suspects, [&](Suspect& suspect) {
    if (!suspect.pathology->after_trials) return false;
    std::optional<Finding> finding = suspect.pathology->after_trials(chart, suspect.finding, tried);
    if (finding) suspect.finding = std::move(*finding);
    return !finding;
  });
}

/// Takes those suspects out that are looked at where nothing else tells.
std::vector<Suspect> take_last_resorts(std::vector<Suspect>& suspects) {
  const auto is_last = [](const Suspect& suspect) { return suspect.pathology->last_resort; };
  std::vector<Suspect> last;
  std::ranges::copy_if(suspects, std::back_inserter(last), is_last);
  std::erase_if(suspects, is_last);
  return last;
}

/// Whether nothing tells yet what the training ails of: no change of how the same network is trained is clearly better,
/// and no mistake is plain.
bool unexplained(const Judgement& judgement, const std::vector<Suspect>& suspects) {
  const bool clear = judgement.failing && judgement.shortfall >= 1;
  return !clear && std::ranges::none_of(suspects, [](const Suspect& suspect) {
    return suspect.finding.fatal && suspect.finding.by_hand;
  });
}

/// Tries what is left, and lets the other findings look at what became of it.
void try_last_resorts(const Chart& chart, const DoctorOptions& options, std::vector<Suspect> last,
                      std::vector<Suspect>& suspects) {
  std::vector<TriedChange> tried;
  try_out(chart, options, last, {}, tried);
  look_again(chart, {}, last);
  for (const Suspect& suspect : last) tried.insert(tried.end(), suspect.tried.begin(), suspect.tried.end());
  look_again(chart, tried, suspects);
  suspects.insert(suspects.end(), last.begin(), last.end());
}

/// Why nothing can be said, if nothing can.
std::string lacking(const Chart& chart) {
  if (chart.course().training.size() < kFewestSurveys)
    return chart.record().tables.contains("survey") ? "the record holds one survey only: train more than one step"
                                                    : "the record holds no surveys: record with watch.surveys above 0";
  if (chart.course().last().step < kFewestSteps)
    return "the record holds 1 step only, which tells nothing of how training goes: train longer, or judge the spec "
           "with --before";
  return "";
}

/// What a verdict on a run that was cut short leaves open; empty for one that came to its end.
std::string cut_short(const Chart& chart) {
  const std::string& status = chart.record().outcome.status;
  if (chart.course().empty() || (status != "running" && status != "interrupted")) return "";
  return fmt::format("; the record ends early, after {} of {} steps", chart.course().last().step, planned_steps(chart));
}

std::vector<Finding> notes_of(const std::vector<Suspect>& suspects, bool healthy) {
  std::vector<Finding> notes;
  for (const Suspect& suspect : suspects) {
    const bool benign = suspect.pathology->stage == Stage::benign;
    if (!(benign || healthy) || suspect.finding.confidence < (benign ? kWorthTelling : kWorthANote)) continue;
    notes.push_back(suspect.finding);
    notes.back().role = "note";
  }
  return notes;
}

void conclude(Diagnosis& diagnosis, const Judgement& judgement, std::vector<Suspect>& suspects) {
  diagnosis.notes = notes_of(suspects, !judgement.failing);
  if (!judgement.failing) {
    diagnosis.verdict = judgement.untold ? Health::undecided : Health::healthy;
    diagnosis.summary = judgement.reason;
    return;
  }
  diagnosis.verdict = Health::sick;
  std::erase_if(suspects, [](const Suspect& suspect) {
    return suspect.pathology->stage == Stage::benign ||
           (suspect.pathology->last_resort && !(suspect.restored >= kConfirms));
  });
  diagnosis.findings = chain(suspects, judgement, kWorthTelling);
  // What makes the failure certain may be another finding than what causes it.
  const bool of_finding = std::ranges::count(diagnosis.findings, judgement.reason, &Finding::sentence) > 0;
  diagnosis.summary = of_finding ? diagnosis.cause()->sentence : judgement.reason;
}

}  // namespace

Diagnosis diagnose(const Record& record, const DoctorOptions& options) {
  const Chart chart(record);
  Diagnosis diagnosis;
  std::vector<Suspect> suspects = examine(chart, diagnosis);
  const std::string reason = lacking(chart);
  if (!reason.empty() && !chart.course().diverged) {
    diagnosis.summary = reason;
    diagnosis.notes = notes_of(suspects, true);
    return diagnosis;
  }
  const std::vector<Suspect> last_resorts = take_last_resorts(suspects);
  std::vector<TriedChange> references;
  if (options.probe) {
    try_out(chart, options, suspects, reference_recipes(chart), references);
    look_again(chart, references, suspects);
  }
  Judgement judgement = judge(chart, suspects, references);
  if (options.probe && unexplained(judgement, suspects)) {
    try_last_resorts(chart, options, last_resorts, suspects);
    judgement = judge(chart, suspects, references);
  }
  weigh(chart, judgement, suspects);
  diagnosis.trials = trials_of(chart, suspects, references, judgement);
  conclude(diagnosis, judgement, suspects);
  diagnosis.summary += cut_short(chart);
  return diagnosis;
}

}  // namespace gradclinic
