#include "gradclinic/spec/experiment_fields.h"
#include "gradclinic/spec/experiment_parts.h"

namespace gradclinic {

TreatmentSpec read_treatment(const Value& table, const Frame& frame) {
  TreatmentKeys keys;
  Lines lines = read_section(table, "treatment", fields_of(keys), frame.where);
  const auto at = [&](const std::string& name) {
    return place(frame.where, lines["treatment." + name], "treatment." + name);
  };
  TreatmentSpec treatment;
  treatment.pathology = keys.pathology;
  treatment.fix = keys.fix;
  treatment.origin = place(frame.where, table.line, "");
  treatment.patient = read_filled_selection(keys.patient, frame, "treatment.patient");
  treatment.treated = read_filled_selection(keys.treated, frame, "treatment.treated");
  check_sides(treatment.patient, {treatment.treated}, frame, at("treated"));
  treatment.outcome = parse_measure(keys.outcome, at("outcome"));
  treatment.larger_is_better = keys.better == "greater";
  treatment.mechanism = parse_measure(keys.mechanism, at("mechanism"));
  if (!keys.side_effect.empty()) treatment.side_effect = parse_measure(keys.side_effect, at("side_effect"));
  return treatment;
}

}  // namespace gradclinic
