#include "gradclinic/report/results_json.h"

#include <cmath>

namespace gradclinic {

namespace {

using Json = nlohmann::ordered_json;

Json number(double value) { return json_number(value); }

Json numbers(const std::vector<double>& values) {
  Json array = Json::array();
  for (double value : values) array.push_back(number(value));
  return array;
}

Json claim_json(const ClaimResult& claim) {
  return {{"id", claim.id},
          {"text", claim.says},
          {"source", claim.source},
          {"measure", claim.measure},
          {"comparison", claim.comparison},
          {"verdict", name_of(claim.verdict)},
          {"effect", number(claim.effect)},
          {"effect_unit", claim.effect_unit},
          {"threshold", number(claim.threshold)},
          {"interval", numbers({claim.low, claim.high})},
          {"n", claim.pairs},
          {"p", number(claim.p)},
          {"p_holm", number(claim.p_holm)},
          {"reason", claim.reason}};
}

Json group_json(const GroupResult& group) {
  return {{"label", group.label},
          {"factors", group.factors},
          {"seeds", group.seeds},
          {"diverged", group.diverged},
          {"diagnoses", group.diagnoses},
          {"final_loss", number(group.final_loss)},
          {"final_loss_interval", numbers({group.final_loss_low, group.final_loss_high})},
          {"microseconds_per_step", number(group.microseconds_per_step)}};
}

Json experiment_json(const ExperimentResult& experiment) {
  Json figures = Json::array(), claims = Json::array(), groups = Json::array();
  for (const Figure& figure : experiment.figures)
    figures.push_back(figure_json(figure, figure_path(experiment, figure)));
  for (const ClaimResult& claim : experiment.claims) claims.push_back(claim_json(claim));
  for (const GroupResult& group : experiment.groups) groups.push_back(group_json(group));
  return {{"id", experiment.id},
          {"title", experiment.title},
          {"question", experiment.question},
          {"setup", experiment.setup},
          {"notes", experiment.notes},
          {"seeds", experiment.seeds},
          {"runs", experiment.runs},
          {"seconds", number(experiment.seconds)},
          {"claims", claims},
          {"groups", groups},
          {"figures", figures}};
}

Json treatment_json(const TreatmentResult& treatment) {
  return {{"experiment", treatment.experiment},
          {"pathology", treatment.pathology},
          {"fix", treatment.fix},
          {"patient", treatment.patient},
          {"outcome", treatment.outcome},
          {"effect_of", effect_name(treatment)},
          {"verdict", name_of(treatment.verdict)},
          {"treated_outcome", number(treatment.treated_outcome)},
          {"effect", number(treatment.effect)},
          {"interval", numbers({treatment.low, treatment.high})},
          {"n", treatment.pairs},
          {"mechanism", treatment.mechanism},
          {"cost", number(treatment.cost)},
          {"side_effects", treatment.side_effects},
          {"fails_where", treatment.fails_where}};
}

Json trial_json(const TrialResult& trial) {
  return {{"fixes", trial.fixes},
          {"changes", trial.changes},
          {"outcome", number(trial.outcome)},
          {"effect", number(trial.effect)},
          {"interval", numbers({trial.low, trial.high})},
          {"coverage", number(trial.coverage)},
          {"seeds", trial.seeds},
          {"p_holm", number(trial.p_holm)},
          {"proven", trial.proven},
          {"mechanism", trial.mechanism},
          {"cost", number(trial.cost)},
          {"length", number(trial.length)},
          {"side_effects", trial.side_effects}};
}

Json patient_json(const PatientResult& patient) {
  Json tried = Json::array();
  for (const TrialResult& trial : patient.tried) tried.push_back(trial_json(trial));
  return {{"experiment", patient.experiment},
          {"setting", patient.setting},
          {"verdict", patient.verdict},
          {"cause", patient.cause},
          {"sentence", patient.sentence},
          {"measure", patient.measure},
          {"untreated_outcome", number(patient.untreated)},
          {"seeds", patient.seeds},
          {"tried", tried},
          {"random", patient.random ? trial_json(*patient.random) : Json()},
          {"random_changes", patient.random_changes}};
}

Json cause_json(const CauseAdvice& advice) {
  return {{"cause", advice.cause},
          {"headline", advice.headline},
          {"paragraphs", advice.paragraphs},
          {"patients", advice.patients}};
}

Json write_up_json(const WriteUp& text) {
  Json causes = Json::array(), pathologies = Json::array(), conclusions = Json::array(), references = Json::array();
  for (const CauseAdvice& advice : text.causes) causes.push_back(cause_json(advice));
  for (const PathologyAdvice& entry : text.pathologies) {
    pathologies.push_back({{"pathology", entry.pathology},
                           {"headline", entry.headline},
                           {"paragraphs", entry.paragraphs},
                           {"ranking", entry.ranking}});
  }
  for (const ConclusionGroup& group : text.conclusions) {
    Json sentences = Json::array();
    for (const Conclusion& conclusion : group.conclusions)
      sentences.push_back(
          {{"experiment", conclusion.experiment}, {"claim", conclusion.claim}, {"text", conclusion.text}});
    conclusions.push_back(
        {{"verdict", name_of(group.verdict)}, {"heading", group.heading}, {"conclusions", sentences}});
  }
  for (const Reference& reference : text.references)
    references.push_back({{"id", reference.id}, {"text", reference.text}, {"note", reference.note}});
  return {{"summary", text.summary},    {"causes", causes},      {"pathologies", pathologies},
          {"conclusions", conclusions}, {"method", text.method}, {"references", references}};
}

}  // namespace

nlohmann::ordered_json json_number(double value) {
  if (std::isnan(value)) return nullptr;
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  return value;
}

nlohmann::ordered_json figure_json(const Figure& figure, const std::string& file) {
  Json curves = Json::array();
  for (const Curve& curve : figure.curves) {
    curves.push_back({{"label", curve.label},
                      {"x", numbers(curve.x)},
                      {"median", numbers(curve.median)},
                      {"low", numbers(curve.low)},
                      {"high", numbers(curve.high)}});
  }
  Json cells = Json::array();
  for (const std::vector<double>& row : figure.cells) cells.push_back(numbers(row));
  return {{"id", figure.id},
          {"title", figure.title},
          {"kind", figure.kind},
          {"quantity", figure.quantity},
          {"file", file},
          {"x_label", figure.x_label},
          {"y_label", figure.y_label},
          {"log_x", figure.log_x},
          {"log_y", figure.log_y},
          {"seeds", figure.seeds},
          {"note", figure.note},
          {"x_names", figure.x_names},
          {"y_names", figure.y_names},
          {"curves", curves},
          {"cells", cells}};
}

nlohmann::ordered_json to_json(const LabResults& results, const WriteUp& text) {
  const Counts counts = count(results);
  Json experiments = Json::array(), treatments = Json::array(), patients = Json::array();
  for (const ExperimentResult& experiment : results.experiments) experiments.push_back(experiment_json(experiment));
  for (const TreatmentResult& treatment : results.treatments) treatments.push_back(treatment_json(treatment));
  for (const PatientResult& patient : results.patients) patients.push_back(patient_json(patient));
  return {{"format", "gradclinic-results-1"},
          {"started", results.started},
          {"seconds", number(results.seconds)},
          {"runs", results.runs},
          {"interrupted", results.interrupted},
          {"machine", results.machine},
          {"versions", results.versions},
          {"counts",
           {{"experiments", counts.experiments},
            {"runs", counts.runs},
            {"claims", counts.claims},
            {"supported", counts.supported},
            {"refuted", counts.refuted},
            {"inconclusive", counts.inconclusive},
            {"vacuous", counts.vacuous}}},
          {"patients", patients},
          {"treatments", treatments},
          {"write_up", write_up_json(text)},
          {"experiments", experiments}};
}

std::string figure_path(const ExperimentResult& experiment, const Figure& figure) {
  std::string name = experiment.id + "-" + figure.id;
  for (char& letter : name) {
    const bool plain = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                       (letter >= '0' && letter <= '9') || letter == '-' || letter == '_' || letter == '.';
    if (!plain) letter = '-';
  }
  return "figures/" + name + ".svg";
}

}  // namespace gradclinic
