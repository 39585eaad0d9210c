#include <limits>

#include "gradclinic/report/results_json.h"
#include "gradclinic/support/error.h"

namespace gradclinic {

namespace {

using Json = nlohmann::json;

[[noreturn]] void wrong(const std::string& key, const std::string& expected, const Json& got) {
  throw BadInput("results.json " + key, "should be " + expected,
                 got.dump(-1, ' ', false, Json::error_handler_t::replace).substr(0, 60));
}

const Json& item(const Json& object, const std::string& key) {
  if (!object.is_object()) wrong(key, "a key of an object", object);
  const auto found = object.find(key);
  if (found == object.end()) throw BadInput("results.json", "the key `" + key + "` is missing");
  return *found;
}

double number(const Json& value, const std::string& key) {
  if (value.is_null()) return std::numeric_limits<double>::quiet_NaN();
  if (value == "Infinity") return std::numeric_limits<double>::infinity();
  if (value == "-Infinity") return -std::numeric_limits<double>::infinity();
  if (!value.is_number()) wrong(key, "a number, null, \"Infinity\" or \"-Infinity\"", value);
  return value.get<double>();
}

double number(const Json& object, const char* key) { return number(item(object, key), std::string(key)); }

template <typename Value>
Value get(const Json& object, const std::string& key) {
  try {
    return item(object, key).get<Value>();
  } catch (const Json::exception& error) {
    throw BadInput("results.json " + key, error.what());
  }
}

std::string text(const Json& object, const std::string& key) { return get<std::string>(object, key); }

std::vector<double> numbers(const Json& array, const std::string& key) {
  if (!array.is_array()) wrong(key, "an array of numbers", array);
  std::vector<double> values;
  for (const Json& value : array) values.push_back(number(value, key));
  return values;
}

std::pair<double, double> interval(const Json& object, const std::string& key) {
  const std::vector<double> ends = numbers(item(object, key), key);
  if (ends.size() != 2) wrong(key, "the two ends of an interval", object.at(key));
  return {ends[0], ends[1]};
}

Verdict verdict(const Json& object) {
  const std::string name = text(object, "verdict");
  for (Verdict known : {Verdict::supported, Verdict::refuted, Verdict::inconclusive, Verdict::vacuous})
    if (name == name_of(known)) return known;
  wrong("verdict", "supported, refuted, inconclusive or vacuous", name);
}

template <typename Value>
std::vector<Value> list(const Json& object, const std::string& key, Value (*read)(const Json&)) {
  const Json& array = item(object, key);
  if (!array.is_array()) wrong(key, "an array", array);
  std::vector<Value> values;
  for (const Json& value : array) values.push_back(read(value));
  return values;
}

Curve curve(const Json& json) {
  return {.label = text(json, "label"),
          .x = numbers(item(json, "x"), "x"),
          .median = numbers(item(json, "median"), "median"),
          .low = numbers(item(json, "low"), "low"),
          .high = numbers(item(json, "high"), "high")};
}

std::vector<double> row(const Json& json) { return numbers(json, "cells"); }

Figure figure(const Json& json) {
  return {.id = text(json, "id"),
          .title = text(json, "title"),
          .kind = text(json, "kind"),
          .quantity = text(json, "quantity"),
          .x_label = text(json, "x_label"),
          .y_label = text(json, "y_label"),
          .log_x = get<bool>(json, "log_x"),
          .log_y = get<bool>(json, "log_y"),
          .x_names = get<std::vector<std::string>>(json, "x_names"),
          .y_names = get<std::vector<std::string>>(json, "y_names"),
          .curves = list<Curve>(json, "curves", curve),
          .cells = list<std::vector<double>>(json, "cells", row),
          .seeds = get<int>(json, "seeds"),
          .note = text(json, "note")};
}

ClaimResult claim(const Json& json) {
  const auto [low, high] = interval(json, "interval");
  return {.id = text(json, "id"),
          .says = text(json, "text"),
          .source = text(json, "source"),
          .measure = text(json, "measure"),
          .comparison = text(json, "comparison"),
          .verdict = verdict(json),
          .effect = number(json, "effect"),
          .effect_unit = text(json, "effect_unit"),
          .threshold = number(json, "threshold"),
          .low = low,
          .high = high,
          .pairs = get<int>(json, "n"),
          .p = number(json, "p"),
          .p_holm = number(json, "p_holm"),
          .reason = text(json, "reason")};
}

GroupResult group(const Json& json) {
  const auto [low, high] = interval(json, "final_loss_interval");
  return {.label = text(json, "label"),
          .factors = get<std::map<std::string, std::string>>(json, "factors"),
          .seeds = get<int>(json, "seeds"),
          .diverged = get<int>(json, "diverged"),
          .diagnoses = get<std::map<std::string, int>>(json, "diagnoses"),
          .final_loss = number(json, "final_loss"),
          .final_loss_low = low,
          .final_loss_high = high,
          .microseconds_per_step = number(json, "microseconds_per_step")};
}

ExperimentResult experiment(const Json& json) {
  return {.id = text(json, "id"),
          .title = text(json, "title"),
          .question = text(json, "question"),
          .setup = text(json, "setup"),
          .notes = text(json, "notes"),
          .seeds = get<int>(json, "seeds"),
          .figures = list<Figure>(json, "figures", figure),
          .claims = list<ClaimResult>(json, "claims", claim),
          .groups = list<GroupResult>(json, "groups", group),
          .seconds = number(json, "seconds"),
          .runs = get<int>(json, "runs")};
}

TreatmentResult treatment(const Json& json) {
  const auto [low, high] = interval(json, "interval");
  return {.experiment = text(json, "experiment"),
          .pathology = text(json, "pathology"),
          .fix = text(json, "fix"),
          .patient = text(json, "patient"),
          .outcome = text(json, "outcome"),
          .treated_outcome = number(json, "treated_outcome"),
          .effect = number(json, "effect"),
          .low = low,
          .high = high,
          .pairs = get<int>(json, "n"),
          .verdict = verdict(json),
          .mechanism = text(json, "mechanism"),
          .cost = number(json, "cost"),
          .side_effects = text(json, "side_effects"),
          .fails_where = text(json, "fails_where")};
}

TrialResult trial(const Json& json) {
  const auto [low, high] = interval(json, "interval");
  return {.fixes = get<std::vector<std::string>>(json, "fixes"),
          .changes = get<std::vector<std::string>>(json, "changes"),
          .outcome = number(json, "outcome"),
          .effect = number(json, "effect"),
          .low = low,
          .high = high,
          .coverage = number(json, "coverage"),
          .seeds = get<int>(json, "seeds"),
          .p_holm = number(json, "p_holm"),
          .proven = get<bool>(json, "proven"),
          .mechanism = text(json, "mechanism"),
          .cost = number(json, "cost"),
          .length = number(json, "length"),
          .side_effects = get<std::vector<std::string>>(json, "side_effects")};
}

PatientResult patient(const Json& json) {
  PatientResult made{.experiment = text(json, "experiment"),
                     .setting = text(json, "setting"),
                     .verdict = text(json, "verdict"),
                     .cause = text(json, "cause"),
                     .sentence = text(json, "sentence"),
                     .measure = text(json, "measure"),
                     .untreated = number(json, "untreated_outcome"),
                     .seeds = get<int>(json, "seeds"),
                     .tried = list<TrialResult>(json, "tried", trial),
                     .random_changes = get<int>(json, "random_changes")};
  if (const Json& random = item(json, "random"); !random.is_null()) made.random = trial(random);
  return made;
}

}  // namespace

LabResults read_results(const std::string& json) {
  const Json document = Json::parse(json, nullptr, false);
  if (document.is_discarded()) throw BadInput("results.json", "is no JSON");
  const std::string format = text(document, "format");
  if (format != "gradclinic-results-1") throw BadInput("results.json format", "should be gradclinic-results-1", format);
  return {.started = text(document, "started"),
          .machine = get<std::map<std::string, std::string>>(document, "machine"),
          .versions = get<std::map<std::string, std::string>>(document, "versions"),
          .experiments = list<ExperimentResult>(document, "experiments", experiment),
          .treatments = list<TreatmentResult>(document, "treatments", treatment),
          .patients = list<PatientResult>(document, "patients", patient),
          .seconds = number(document, "seconds"),
          .runs = get<int>(document, "runs"),
          .interrupted = get<bool>(document, "interrupted")};
}

}  // namespace gradclinic
