#include "gradclinic/report/clinic_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gradclinic/support/number_text.h"
#include "gradclinic/support/text.h"

namespace gradclinic {

namespace {

using Patients = std::vector<const PatientResult*>;

std::string group_of(const PatientResult& patient) {
  if (patient.verdict == "healthy") return "healthy";
  return patient.cause.empty() ? "no cause found" : patient.cause;
}

const TrialResult* find(const PatientResult& patient, const std::string& fix) {
  const auto found = std::ranges::find(patient.tried, fix, name_of_trial);
  return found == patient.tried.end() ? nullptr : &*found;
}

long proven_on(const Patients& patients, const std::string& fix) {
  return std::ranges::count_if(patients, [&](const PatientResult* patient) {
    const TrialResult* trial = find(*patient, fix);
    return trial && trial->proven;
  });
}

/// Every fix tried, in the order in which the patients rank them.
std::vector<std::string> fixes_of(const Patients& patients) {
  std::vector<std::string> fixes;
  for (const PatientResult* patient : patients)
    for (const TrialResult& trial : patient->tried)
      if (std::ranges::count(fixes, name_of_trial(trial)) == 0) fixes.push_back(name_of_trial(trial));
  return fixes;
}

/// Empty where none is proven.
std::string most_proven(const Patients& patients) {
  std::string best;
  for (const std::string& fix : fixes_of(patients))
    if (proven_on(patients, fix) > (best.empty() ? 0 : proven_on(patients, best))) best = fix;
  return best;
}

std::string where(const PatientResult& patient) { return fmt::format("{} ({})", patient.experiment, patient.setting); }

/// "the training loss goes from 0.9 to 0.1 (effect −0.8, 93.75 % interval −0.9 to −0.7, 5 seeds)".
std::string what_it_did(const PatientResult& patient, const TrialResult& trial) {
  return fmt::format("on {} the {} goes from {} to {} (effect {}, {:.4g} % interval {}, {})", where(patient),
                     patient.measure, number_text(patient.untreated), number_text(trial.outcome),
                     number_text(trial.effect), 100 * trial.coverage, interval_text(trial.low, trial.high),
                     count_text(trial.seeds, "seed", "seeds"));
}

std::string baseline_text(const PatientResult& patient) {
  if (!patient.random) return "no random change was tried";
  return fmt::format("the best of {} ({}) reaches {}{}",
                     count_text(patient.random_changes, "random change", "random changes"),
                     name_of_trial(*patient.random), number_text(patient.random->outcome),
                     patient.random->proven ? ", proven too" : ", not proven");
}

const PatientResult* first_proven(const Patients& patients, const std::string& fix) {
  for (const PatientResult* patient : patients)
    if (const TrialResult* trial = find(*patient, fix); trial && trial->proven) return patient;
  return nullptr;
}

std::string headline_of(const std::string& cause, const Patients& patients, const std::string& best) {
  const long count = static_cast<long>(patients.size());
  if (cause == "healthy")
    return fmt::format("The doctor calls {} healthy: nothing to fix.", count_text(count, "patient", "patients"));
  if (!best.empty()) {
    const PatientResult& patient = *first_proven(patients, best);
    return fmt::format("Against {}, {} is proven on {} of {}: {}; {}.", cause, best, proven_on(patients, best),
                       count_text(count, "patient", "patients"), what_it_did(patient, *find(patient, best)),
                       baseline_text(patient));
  }
  for (const PatientResult* patient : patients)
    if (!patient->tried.empty())
      return fmt::format("No fix is proven against {}; what came furthest is {}: {}; {}.", cause,
                         name_of_trial(patient->tried.front()), what_it_did(*patient, patient->tried.front()),
                         baseline_text(*patient));
  return fmt::format("No fix applies to what the doctor calls {}.", cause);
}

std::string price_text(const TrialResult& trial) {
  std::vector<std::string> parts;
  if (std::isfinite(trial.cost)) parts.push_back(number_text(trial.cost) + " times the time per step");
  if (trial.length != 1) parts.push_back(number_text(trial.length) + " times the steps");
  if (!trial.side_effects.empty()) parts.push_back("brings " + join(trial.side_effects));
  return join(parts);
}

std::vector<std::string> paragraphs_of(const Patients& patients, const std::string& best) {
  std::vector<std::string> others, fails, prices, random;
  for (const PatientResult* patient : patients) {
    std::vector<std::string> names;
    for (const TrialResult& trial : patient->tried)
      if (trial.proven && name_of_trial(trial) != best)
        names.push_back(fmt::format("{} ({})", name_of_trial(trial), number_text(trial.outcome)));
    if (!names.empty()) others.push_back(where(*patient) + ": " + join(names));
    if (patient->random && patient->random->proven) random.push_back(where(*patient));
    const TrialResult* trial = best.empty() ? nullptr : find(*patient, best);
    if (!trial) continue;
    if (!trial->proven) fails.push_back(what_it_did(*patient, *trial));
    if (const std::string price = price_text(*trial); !price.empty()) prices.push_back(where(*patient) + ": " + price);
  }
  std::vector<std::string> text;
  if (!others.empty()) text.push_back("Proven too: " + join(others, "; ") + ".");
  if (!fails.empty()) text.push_back(fmt::format("{} is not proven everywhere: {}.", best, join(fails, "; ")));
  if (!prices.empty()) text.push_back(fmt::format("What {} costs: {}.", best, join(prices, "; ")));
  if (!random.empty()) text.push_back("A random change is proven as well on " + join(random, "; ") + ".");
  return text;
}

Patients chosen(const CauseAdvice& advice, const std::vector<PatientResult>& patients) {
  Patients group;
  for (const int index : advice.patients) group.push_back(&patients[static_cast<std::size_t>(index)]);
  return group;
}

/// Those with something proven, then those without, then the healthy.
int rank_of(const CauseAdvice& advice, const std::vector<PatientResult>& patients) {
  if (advice.cause == "healthy") return 2;
  return best_fix(advice, patients).empty() ? 1 : 0;
}

}  // namespace

std::vector<CauseAdvice> cause_advice(const std::vector<PatientResult>& patients) {
  std::vector<CauseAdvice> all;
  for (std::size_t i = 0; i < patients.size(); ++i) {
    const std::string cause = group_of(patients[i]);
    auto known = std::ranges::find(all, cause, &CauseAdvice::cause);
    if (known == all.end()) known = all.insert(all.end(), {.cause = cause, .headline = ""});
    known->patients.push_back(static_cast<int>(i));
  }
  for (CauseAdvice& advice : all) {
    const Patients group = chosen(advice, patients);
    const std::string best = most_proven(group);
    advice.headline = headline_of(advice.cause, group, best);
    advice.paragraphs = paragraphs_of(group, best);
  }
  std::ranges::stable_sort(all, {}, [&](const CauseAdvice& advice) { return rank_of(advice, patients); });
  return all;
}

std::string name_of_trial(const TrialResult& trial) {
  return trial.fixes.empty() ? join(trial.changes) : join(trial.fixes, " + ");
}

std::string effect_text(const TrialResult& trial) {
  return fmt::format("{} ({})", number_text(trial.effect), interval_text(trial.low, trial.high));
}

std::string mechanism_text(const TrialResult& trial) {
  if (trial.mechanism == "gone") return "gone";
  return trial.mechanism == "there" ? "still there" : "not looked at";
}

std::string best_fix(const CauseAdvice& advice, const std::vector<PatientResult>& patients) {
  return most_proven(chosen(advice, patients));
}

}  // namespace gradclinic
