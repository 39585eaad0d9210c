#include "gradclinic/fixes/candidates.h"

#include <algorithm>
#include <map>

#include "gradclinic/diagnosis/outside_changes.h"

namespace gradclinic {
namespace {

void add_new(const std::vector<std::string>& ids, std::vector<std::string>& into) {
  for (const std::string& id : ids)
    if (std::ranges::count(into, id) == 0) into.push_back(id);
}

/// Fixes by how many pathologies name them, the commonest first.
std::vector<std::string> common_fixes() {
  std::map<std::string, int> counts;
  for (const Pathology& pathology : all_pathologies())
    for (const std::string& id : pathology.fixes) ++counts[id];
  std::vector<std::string> ids;
  for (const auto& [id, count] : counts) ids.push_back(id);
  std::ranges::stable_sort(ids, {}, [&](const std::string& id) { return -counts[id]; });
  return ids;
}

bool change_different_keys(const std::vector<Change>& one, const std::vector<Change>& other) {
  return std::ranges::none_of(
      one, [&](const Change& change) { return std::ranges::count(other, change.key, &Change::key) > 0; });
}

}  // namespace

std::vector<Change> removal_by_hand(const Diagnosis& diagnosis, const Chart& chart) {
  const Finding* cause = diagnosis.cause();
  const Pathology* pathology = cause && cause->by_hand ? find_pathology(cause->pathology) : nullptr;
  if (!pathology || !pathology->without) return {};
  std::vector<Change> best;
  double most = 0;
  for (const std::vector<Change>& changes : pathology->without(chart)) {
    if (std::ranges::count(changes, kPlainKey, &Change::key) > 0) continue;
    const auto tried = std::ranges::find_if(diagnosis.trials, [&](const Trial& trial) {
      return trial.suspect == pathology->id && trial.change == text_of(changes);
    });
    if (tried == diagnosis.trials.end() || tried->restored <= most) continue;
    most = tried->restored;
    best = changes;
  }
  return best;
}

std::vector<std::string> suggested_fixes(const Diagnosis& diagnosis, std::size_t least) {
  std::vector<std::string> ids;
  if (diagnosis.cause() && diagnosis.cause()->by_hand) ids.push_back("as-diagnosed");
  for (const auto* list : {&diagnosis.findings, &diagnosis.notes})
    for (const Finding& finding : *list) add_new(finding.fixes, ids);
  if (ids.size() < least)
    for (const std::string& id : common_fixes())
      if (ids.size() < least) add_new({id}, ids);
  return ids;
}

std::vector<Candidate> single_candidates(const std::vector<std::string>& fixes, const FixContext& context,
                                         std::size_t most) {
  std::vector<Candidate> candidates;
  std::vector<Spec> specs;
  for (const std::string& id : fixes) {
    const Fix* fix = find_fix(id);
    if (candidates.size() == most || !fix || !fix->apply) continue;
    std::optional<std::vector<Change>> changes = fix->apply(context);
    if (!changes) continue;
    Spec changed = with_known(context.spec, *changes);
    if (std::ranges::count(specs, changed) > 0) continue;
    specs.push_back(std::move(changed));
    candidates.push_back({{id}, std::move(*changes)});
  }
  return candidates;
}

std::vector<Candidate> paired_candidates(const std::vector<Candidate>& best, const FixContext& context,
                                         std::size_t most) {
  std::vector<Candidate> pairs;
  for (std::size_t first = 0; first < best.size(); ++first)
    for (std::size_t second = first + 1; second < best.size() && pairs.size() < most; ++second) {
      if (!change_different_keys(best[first].changes, best[second].changes)) continue;
      const Spec changed = with_known(context.spec, best[first].changes);
      const Fix* fix = find_fix(best[second].fixes.front());
      const auto changes = fix->apply({changed, context.chart, context.pilot, context.follows, context.removal});
      if (!changes || !change_different_keys(best[first].changes, *changes)) continue;
      Candidate pair = best[first];
      pair.fixes.push_back(fix->id);
      pair.changes.insert(pair.changes.end(), changes->begin(), changes->end());
      pairs.push_back(std::move(pair));
    }
  return pairs;
}

}  // namespace gradclinic
