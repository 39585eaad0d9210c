#include "gradclinic/report/diagnosis_json.h"

#include "gradclinic/diagnosis/course.h"
#include "gradclinic/report/results_json.h"

namespace gradclinic {
namespace {

using Json = nlohmann::ordered_json;

Json finding_json(const Finding& finding) {
  Json evidence = Json::array();
  for (const Evidence& item : finding.evidence)
    evidence.push_back({{"what", item.what}, {"value", json_number(item.value)}, {"limit", item.limit}});
  return {{"pathology", finding.pathology},
          {"role", finding.role},
          {"caused_by", finding.caused_by.empty() ? Json() : Json(finding.caused_by)},
          {"severity", json_number(finding.severity)},
          {"confidence", json_number(finding.confidence)},
          {"onset_step", finding.onset_step},
          {"layers", finding.layers},
          {"evidence", evidence},
          {"rule", finding.rule},
          {"sentence", finding.sentence},
          {"fixes", finding.fixes}};
}

Json findings_json(const std::vector<Finding>& findings) {
  Json array = Json::array();
  for (const Finding& finding : findings) array.push_back(finding_json(finding));
  return array;
}

Json trial_json(const Trial& trial) {
  return {{"suspect", trial.suspect},
          {"change", trial.change},
          {"loss", json_number(trial.loss)},
          {"validation_loss", json_number(trial.validation_loss)},
          {"validation_accuracy", json_number(trial.validation_accuracy)},
          {"steps", trial.steps},
          {"shortfall", json_number(trial.shortfall)},
          {"restored", json_number(trial.restored)}};
}

/// Losses as the trials', so that they can be compared.
Json run_json(const DiagnosisReport& report) {
  const Record& record = report.record;
  const Course course = read_course(record);
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  const Point none{.step = 0, .loss = kNaN, .accuracy = kNaN};
  const Point& last = course.empty() ? none : course.last();
  const Point& held_out = course.validation.empty() ? none : course.validation.back();
  return {{"name", record.name},
          {"seed", record.seed},
          {"steps", report.before_training ? 0 : record.outcome.steps},
          {"status", report.before_training ? "untrained" : record.outcome.status},
          {"final_loss", json_number(record.outcome.final_loss)},
          {"loss", json_number(last.loss)},
          {"accuracy", json_number(last.accuracy)},
          {"validation_loss", json_number(held_out.loss)},
          {"validation_accuracy", json_number(held_out.accuracy)},
          {"constant_loss", json_number(course.empty() ? kNaN : course.constant_loss)},
          {"loss_unit", course.of_first ? "first loss" : "constant prediction"},
          {"zero_loss", json_number(course.empty() ? kNaN : course.zero_loss)},
          {"seconds", json_number(record.outcome.seconds)},
          {"started", record.started},
          {"versions", record.versions}};
}

}  // namespace

nlohmann::ordered_json to_json(const DiagnosisReport& report) {
  const Diagnosis& diagnosis = report.diagnosis;
  Json trials = Json::array(), gaps = Json::array();
  for (const Trial& trial : diagnosis.trials) trials.push_back(trial_json(trial));
  for (const Diagnosis::Gap& gap : diagnosis.gaps)
    gaps.push_back({{"pathology", gap.pathology.empty() ? Json() : Json(gap.pathology)}, {"reason", gap.reason}});
  return {{"format", 1},
          {"verdict", name_of(diagnosis.verdict)},
          {"before_training", report.before_training},
          {"summary", diagnosis.summary},
          {"findings", findings_json(diagnosis.findings)},
          {"notes", findings_json(diagnosis.notes)},
          {"trials", trials},
          {"gaps", gaps},
          {"run", run_json(report)}};
}

std::string diagnosis_json_text(const DiagnosisReport& report) { return pretty_json(to_json(report)); }

}  // namespace gradclinic
