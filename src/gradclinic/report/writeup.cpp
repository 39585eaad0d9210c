#include "gradclinic/report/writeup.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gradclinic/spec/measure.h"
#include "gradclinic/support/number_text.h"
#include "gradclinic/support/text.h"

namespace gradclinic {

namespace {

std::string capitalized(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

std::string as_sentence(std::string text) {
  while (!text.empty() && text.back() == ' ') text.pop_back();
  if (!text.empty() && std::string(".!?").find(text.back()) == std::string::npos) text += '.';
  return text;
}

bool more_is_better(const TreatmentResult& treatment) {
  const std::vector<std::string> words = words_of(treatment.outcome);
  return !words.empty() && larger_is_better(words.front());
}

std::string what_it_did(const TreatmentResult& treatment) {
  const std::string outcome = outcome_text(treatment.outcome);
  const bool inverse = more_is_better(treatment);
  const double times = inverse ? 1 / treatment.effect : treatment.effect;
  const std::string interval =
      inverse ? interval_text(1 / treatment.high, 1 / treatment.low) : interval_text(treatment.low, treatment.high);
  const std::string basis =
      fmt::format("95 % interval {}, n = {}; patient: {}", interval, treatment.pairs, treatment.patient);
  if (std::isnan(times)) return fmt::format("the {} could not be compared ({})", outcome, basis);
  if (times == 0 && !inverse)
    return fmt::format("the {} reached {} where the untreated one diverged (n = {}; patient: {})", outcome,
                       number_text(treatment.treated_outcome), treatment.pairs, treatment.patient);
  const char* became = times < 1 ? "fell to" : times > 1 ? "rose to" : "stayed at";
  return fmt::format("the {} {} {} times the untreated one ({})", outcome, became, number_text(times), basis);
}

bool better(const TreatmentResult& left, const TreatmentResult& right) {
  const bool left_works = left.verdict == Verdict::supported, right_works = right.verdict == Verdict::supported;
  if (left_works != right_works) return left_works;
  if (std::isnan(left.effect) || std::isnan(right.effect)) return !std::isnan(left.effect) && std::isnan(right.effect);
  if (left.effect != right.effect) return left.effect < right.effect;
  // Where every patient diverged the ratios are all 0: then the treated runs' own outcome ranks the fixes.
  return more_is_better(left) ? left.treated_outcome > right.treated_outcome
                              : left.treated_outcome < right.treated_outcome;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : "; ") + part;
  return text;
}

std::string headline(const std::string& pathology, const TreatmentResult& best) {
  if (best.verdict == Verdict::supported)
    return fmt::format("Against {}, {} worked best: {}.", pathology, best.fix, what_it_did(best));
  return fmt::format("No fix tried against {} is shown to help; the smallest outcome came with {}: {}.", pathology,
                     best.fix, what_it_did(best));
}

std::vector<std::string> paragraphs(const std::vector<const TreatmentResult*>& ranked) {
  std::vector<std::string> text, helped, open, harmed, idle, limits, effects;
  for (const TreatmentResult* treatment : ranked) {
    const std::string entry = fmt::format("{}, {}", treatment->fix, what_it_did(*treatment));
    if (treatment->verdict == Verdict::supported && treatment != ranked.front()) helped.push_back(entry);
    if (treatment->verdict == Verdict::inconclusive) open.push_back(entry);
    if (treatment->verdict == Verdict::refuted) harmed.push_back(entry);
    if (treatment->verdict == Verdict::vacuous)
      idle.push_back(fmt::format("{} ({})", treatment->fix, treatment->patient));
    if (!treatment->fails_where.empty())
      limits.push_back(fmt::format("{}: {}", treatment->fix, treatment->fails_where));
    if (!treatment->side_effects.empty())
      effects.push_back(fmt::format("{}: {}", treatment->fix, treatment->side_effects));
  }
  const TreatmentResult& best = *ranked.front();
  if (!best.mechanism.empty()) text.push_back(as_sentence("What it did to the cause: " + best.mechanism));
  if (std::isfinite(best.cost))
    text.push_back(fmt::format("It costs {} times the untreated time per step.", number_text(best.cost)));
  if (!helped.empty()) text.push_back(as_sentence("It helped too: " + joined(helped)));
  if (!open.empty()) text.push_back(as_sentence("Not decided: " + joined(open)));
  if (!harmed.empty()) text.push_back(as_sentence("No improvement: " + joined(harmed)));
  if (!idle.empty()) text.push_back(as_sentence("Never acted, so nothing can be said of it: " + joined(idle)));
  if (!limits.empty()) text.push_back(as_sentence("Where it fails: " + joined(limits)));
  if (!effects.empty()) text.push_back(as_sentence("Side effects: " + joined(effects)));
  return text;
}

std::vector<PathologyAdvice> advice(const std::vector<TreatmentResult>& treatments) {
  std::vector<PathologyAdvice> all;
  for (int i = 0; i < static_cast<int>(treatments.size()); ++i) {
    auto known = std::find_if(all.begin(), all.end(),
                              [&](const PathologyAdvice& entry) { return entry.pathology == treatments[i].pathology; });
    if (known == all.end()) known = all.insert(all.end(), {.pathology = treatments[i].pathology});
    known->ranking.push_back(i);
  }
  for (PathologyAdvice& entry : all) {
    std::stable_sort(entry.ranking.begin(), entry.ranking.end(),
                     [&](int left, int right) { return better(treatments[left], treatments[right]); });
    std::vector<const TreatmentResult*> ranked;
    for (int index : entry.ranking) ranked.push_back(&treatments[index]);
    entry.headline = headline(entry.pathology, *ranked.front());
    entry.paragraphs = paragraphs(ranked);
  }
  return all;
}

std::vector<ConclusionGroup> conclusions(const LabResults& results) {
  std::vector<ConclusionGroup> groups = {
      {.verdict = Verdict::supported, .heading = "What the runs bear out"},
      {.verdict = Verdict::refuted, .heading = "What the runs contradict"},
      {.verdict = Verdict::inconclusive, .heading = "What the runs leave open"},
      {.verdict = Verdict::vacuous, .heading = "What never came to the test"},
  };
  for (ConclusionGroup& group : groups) {
    for (const ExperimentResult& experiment : results.experiments) {
      for (const ClaimResult& claim : experiment.claims) {
        if (claim.verdict != group.verdict) continue;
        group.conclusions.push_back({.experiment = experiment.id,
                                     .claim = claim.id,
                                     .text = fmt::format("{} {} ({})", as_sentence(capitalized(claim.says)),
                                                         as_sentence(claim.reason), effect_text(claim))});
      }
    }
  }
  std::erase_if(groups, [](const ConclusionGroup& group) { return group.conclusions.empty(); });
  return groups;
}

std::string summary(const LabResults& results, const std::vector<CauseAdvice>& causes) {
  const Counts counts = count(results);
  std::string text =
      fmt::format("{} with {} tested {}: {} supported, {} refuted, {} inconclusive and {} vacuous. ",
                  count_text(counts.experiments, "experiment", "experiments"),
                  count_text(counts.runs, "training", "trainings"), count_text(counts.claims, "claim", "claims"),
                  counts.supported, counts.refuted, counts.inconclusive, counts.vacuous);
  std::vector<std::string> best;
  for (const CauseAdvice& advice : causes)
    if (const std::string fix = best_fix(advice, results.patients); !fix.empty())
      best.push_back(fmt::format("{} against {}", fix, advice.cause));
  if (!best.empty()) text += as_sentence("Proven by trials on the patients: " + joined(best)) + " ";
  text += fmt::format("All of it took {}.", duration_text(results.seconds));
  if (results.interrupted)
    text += " The lab was interrupted: what was finished is shown, and the same command goes on from there.";
  return text;
}

std::vector<std::string> method() {
  return {
      "Every setting is trained with several seeds; a seed fixes data, initial weights and batches. Settings are "
      "compared seed by seed, so that both sides start alike. Curves show the median over seeds, bands the 25th to the "
      "75th percentile.",
      "An effect is the median over these pairs: as a ratio, 1 means no difference; as a difference, 0 does. The exact "
      "95 % interval of the median (order statistics) stands beside it, n is the number of pairs, p the two-sided "
      "exact sign test, and p (Holm) the same after allowing for all claims of this report (Holm 1979).",
      "Supported: the whole interval lies where the claim says. Refuted: none of it does. Inconclusive: these runs "
      "cannot tell. Vacuous: what the claim speaks of never acted, as clipping that never clipped, so the comparison "
      "says nothing.",
      "Which fix for which pathology is tested on the first seed's untreated network of each treatment: the doctor "
      "diagnoses it, and what the diagnosis suggests is tried on five seeds (with --seeds on no more than those, with "
      "--quick fewer fixes), beside random single changes for as much work. Effects are treated minus untreated. A fix "
      "is proven when it is clearly better in the median and the exact one-sided rank-sum test, after Holm for all "
      "that was tried on that patient, gives p at most 0.05 (docs/fixes.md).",
      "Training that diverges is a result: it counts as an infinite loss and is drawn as the end of its curve.",
  };
}

}  // namespace

Counts count(const LabResults& results) {
  Counts counts{.experiments = static_cast<int>(results.experiments.size()), .runs = results.runs};
  for (const ExperimentResult& experiment : results.experiments) {
    for (const ClaimResult& claim : experiment.claims) {
      ++counts.claims;
      counts.supported += claim.verdict == Verdict::supported;
      counts.refuted += claim.verdict == Verdict::refuted;
      counts.inconclusive += claim.verdict == Verdict::inconclusive;
      counts.vacuous += claim.verdict == Verdict::vacuous;
    }
  }
  return counts;
}

std::string outcome_text(const std::string& measure) {
  const std::string suffix = " final";
  std::string text = measure;
  if (measure.ends_with(suffix)) text = "final " + measure.substr(0, measure.size() - suffix.size());
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

std::string effect_name(const TreatmentResult& treatment) {
  return outcome_text(treatment.outcome) +
         (more_is_better(treatment) ? ", untreated / treated" : ", treated / untreated");
}

std::string effect_text(const ClaimResult& claim) {
  if (std::isnan(claim.effect)) return fmt::format("no effect could be computed, n = {}", claim.pairs);
  return fmt::format("{} {}, 95 % interval {}, n = {}", claim.effect_unit, number_text(claim.effect),
                     interval_text(claim.low, claim.high), claim.pairs);
}

WriteUp write_up(const LabResults& results) {
  const std::vector<CauseAdvice> causes = cause_advice(results.patients);
  return {.summary = summary(results, causes),
          .causes = causes,
          .pathologies = advice(results.treatments),
          .conclusions = conclusions(results),
          .method = method(),
          .references = references()};
}

}  // namespace gradclinic
