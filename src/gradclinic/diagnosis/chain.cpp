#include "gradclinic/diagnosis/chain.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace gradclinic {
namespace {

/// What an untried removal counts for, when the tried ones explain little, and that of a mistake in the code that is
/// fatal.
constexpr double kUntried = 0.7;
constexpr double kUntriedMistake = 0.85;
/// An upstream suspect with this share of the best one's score is named instead of it.
constexpr double kUpstreamShare = 0.5;

double score(const Suspect& suspect) {
  const double untried = suspect.finding.fatal && suspect.finding.by_hand ? kUntriedMistake : kUntried;
  const double restored = std::isnan(suspect.restored) ? untried : std::max(0.0, suspect.restored);
  return suspect.finding.confidence * restored;
}

const Suspect* most_upstream(const std::vector<Suspect>& suspects, const Suspect* best) {
  const Suspect* cause = best;
  for (const Suspect& suspect : suspects) {
    const bool confirmed = std::isnan(suspect.restored) || suspect.restored >= kConfirms;
    if (!confirmed || score(suspect) < kUpstreamShare * score(*best)) continue;
    if (suspect.finding.onset_step > cause->finding.onset_step) continue;  // what comes later is no cause
    if (leads_to(*suspect.pathology, cause->pathology->id) && !leads_to(*cause->pathology, suspect.pathology->id))
      cause = &suspect;
  }
  return cause;
}

/// Worth telling beside the cause: what follows from it, by the evidence; another cause only where its removal helps.
bool accompanies(const Suspect& suspect, double worth_telling) {
  if (suspect.finding.confidence < worth_telling) return false;
  const bool consequence = suspect.pathology->stage == Stage::signal || suspect.pathology->stage == Stage::outcome;
  return consequence || std::isnan(suspect.restored) || suspect.restored >= kConfirms;
}

/// The finding that leads to this one: the latest in the chain so far, or the cause.
std::string cause_of(const Suspect& suspect, const std::vector<Finding>& chain) {
  for (auto upstream = chain.rbegin(); upstream != chain.rend(); ++upstream) {
    const Pathology* pathology = find_pathology(upstream->pathology);
    if (std::ranges::count(pathology->leads_to, suspect.pathology->id) > 0) return upstream->pathology;
  }
  return chain.front().pathology;
}

}  // namespace

bool leads_to(const Pathology& cause, const std::string& symptom) {
  std::set<std::string> reached;
  std::vector<const Pathology*> open = {&cause};
  while (!open.empty()) {
    const Pathology* pathology = open.back();
    open.pop_back();
    for (const std::string& next : pathology->leads_to) {
      if (next == symptom) return true;
      if (const Pathology* found = find_pathology(next); found && reached.insert(next).second) open.push_back(found);
    }
  }
  return false;
}

std::vector<Finding> chain(const std::vector<Suspect>& suspects, const Judgement& judgement, double worth_telling) {
  if (suspects.empty()) return {};
  const Suspect* best = &*std::ranges::max_element(suspects, {}, score);
  const Suspect* cause = most_upstream(suspects, best);
  const double severity = std::clamp(judgement.shortfall / 4, 0.0, 1.0);
  std::vector<Finding> findings;
  const auto tell = [&](const Suspect& suspect, const char* role) {
    Finding finding = suspect.finding;
    finding.role = role;
    finding.severity = severity;
    findings.push_back(std::move(finding));
  };
  tell(*cause, "cause");
  std::vector<const Suspect*> rest;
  for (const Suspect& suspect : suspects)
    if (&suspect != cause && accompanies(suspect, worth_telling)) rest.push_back(&suspect);
  std::ranges::stable_sort(rest, [&](const Suspect* one, const Suspect* other) {
    const bool one_follows = leads_to(*cause->pathology, one->pathology->id);
    const bool other_follows = leads_to(*cause->pathology, other->pathology->id);
    return one_follows != other_follows ? one_follows : one->finding.confidence > other->finding.confidence;
  });
  for (const Suspect* suspect : rest) {
    const std::string caused_by = cause_of(*suspect, findings);
    tell(*suspect, "symptom");
    findings.back().caused_by = caused_by;
  }
  return findings;
}

}  // namespace gradclinic
