#include "gradclinic/lab/patient_result.h"

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>

namespace gradclinic {
namespace {

using Json = nlohmann::json;

TrialResult reduce(const TriedFix& tried) {
  TrialResult result{.fixes = tried.candidate.fixes,
                     .outcome = tried.found.outcome,
                     .effect = tried.found.effect,
                     .low = tried.found.interval.low,
                     .high = tried.found.interval.high,
                     .coverage = tried.found.interval.coverage,
                     .seeds = static_cast<int>(tried.courses.size()),
                     .p_holm = tried.holm,
                     .proven = tried.proven,
                     .mechanism = !tried.mechanism ? "not examined"
                                  : tried.gone()   ? "gone"
                                                   : "there",
                     .length = tried.length};
  if (tried.cost_per_step > 0) result.cost = tried.cost_per_step;
  for (const Change& change : tried.candidate.changes) result.changes.push_back(change.key + " = " + change.value);
  for (const RuleChange& change : tried.side_effects) result.side_effects.push_back(change.pathology);
  return result;
}

Json to_json(const TrialResult& trial) {
  return {trial.fixes, trial.changes, trial.outcome, trial.effect,    trial.low,  trial.high,   trial.coverage,
          trial.seeds, trial.p_holm,  trial.proven,  trial.mechanism, trial.cost, trial.length, trial.side_effects};
}

TrialResult trial_of(const Json& json) {
  return {.fixes = json.at(0).get<std::vector<std::string>>(),
          .changes = json.at(1).get<std::vector<std::string>>(),
          .outcome = json.at(2),
          .effect = json.at(3),
          .low = json.at(4),
          .high = json.at(5),
          .coverage = json.at(6),
          .seeds = json.at(7),
          .p_holm = json.at(8),
          .proven = json.at(9),
          .mechanism = json.at(10),
          .cost = json.at(11),
          .length = json.at(12),
          .side_effects = json.at(13).get<std::vector<std::string>>()};
}

}  // namespace

PatientResult reduce(const Diagnosis& diagnosis, const TrialReport& report) {
  PatientResult patient;
  patient.verdict = name_of(diagnosis.verdict);
  patient.sentence = diagnosis.summary;
  if (const Finding* cause = diagnosis.cause()) {
    patient.cause = cause->pathology;
    patient.sentence = cause->sentence;
  }
  if (report.tried.empty()) return patient;
  patient.measure = name_of(report.measure);
  patient.untreated = report.outcome;
  patient.seeds = report.seeds;
  for (const TriedFix& tried : report.tried) patient.tried.push_back(reduce(tried));
  // Clang 14, which clang-tidy reads with, cannot compile libstdc++'s version for ranges.
  std::stable_partition(patient.tried.begin(), patient.tried.end(), std::mem_fn(&TrialResult::proven));
  if (!report.random.empty()) patient.random = reduce(report.random.front());
  patient.random_changes = static_cast<int>(report.random.size());
  return patient;
}

std::string to_bytes(const PatientResult& patient) {
  Json tried = Json::array();
  for (const TrialResult& trial : patient.tried) tried.push_back(to_json(trial));
  const Json json = {patient.verdict,
                     patient.cause,
                     patient.sentence,
                     patient.measure,
                     patient.untreated,
                     patient.seeds,
                     tried,
                     patient.random ? to_json(*patient.random) : Json(),
                     patient.random_changes};
  std::string bytes;
  Json::to_msgpack(json, bytes);
  return bytes;
}

PatientResult patient_result_from_bytes(const std::string& bytes) {
  const Json json = Json::from_msgpack(bytes);
  PatientResult patient{.verdict = json.at(0),
                        .cause = json.at(1),
                        .sentence = json.at(2),
                        .measure = json.at(3),
                        .untreated = json.at(4),
                        .seeds = json.at(5),
                        .random_changes = json.at(8)};
  for (const Json& trial : json.at(6)) patient.tried.push_back(trial_of(trial));
  if (!json.at(7).is_null()) patient.random = trial_of(json.at(7));
  return patient;
}

}  // namespace gradclinic
