#include "gradclinic/lab/run_result.h"

#include <nlohmann/json.hpp>

#include "gradclinic/diagnosis/doctor.h"
#include "gradclinic/support/error.h"

namespace gradclinic {
namespace {

constexpr int kRowsPerOctave = 32;

Points thinned(const Points& points) {
  Points kept;
  for (std::size_t i = 0; i < points.x.size(); ++i) {
    const bool is_last = i + 1 == points.x.size();
    if (!is_last && !keeps_row(i, kRowsPerOctave)) continue;
    kept.x.push_back(points.x[i]);
    kept.y.push_back(points.y[i]);
  }
  return kept;
}

Points take(const Extract& extract, const Record& record) {
  switch (extract.kind) {
    case Extract::Kind::value:
      return {{0}, {evaluate(extract.measure, record)}};
    case Extract::Kind::over_steps:
      return thinned(over_steps(extract.measure, record));
    case Extract::Kind::over_layers:
      return over_layers(extract.measure, record);
  }
  return {};
}

}  // namespace

std::string Extract::key() const {
  switch (kind) {
    case Kind::value:
      return "value of " + measure.text;
    case Kind::over_steps:
      return "over steps: " + measure.text;
    case Kind::over_layers:
      return "over layers: " + measure.text;
  }
  return measure.text;
}

bool RunResult::has(const Extract& extract) const {
  return extracts.contains(extract.key()) || not_recorded.contains(extract.key());
}

std::optional<double> RunResult::value(const Measure& measure) const {
  const auto found = extracts.find(Extract{Extract::Kind::value, measure}.key());
  if (found == extracts.end()) return std::nullopt;
  return found->second.y.front();
}

Points RunResult::points(const Extract& extract) const {
  const auto found = extracts.find(extract.key());
  return found == extracts.end() ? Points{} : found->second;
}

RunResult reduce(const Record& record, const std::set<Extract>& extracts) {
  RunResult result;
  result.outcome = record.outcome;
  const Diagnosis diagnosis = diagnose(record, {.probe = false});
  result.diagnosis = diagnosis.cause() ? diagnosis.cause()->pathology : name_of(diagnosis.verdict);
  for (const Extract& extract : extracts) {
    try {
      result.extracts[extract.key()] = take(extract, record);
    } catch (const BadInput& error) {
      result.not_recorded[extract.key()] = error.what();
    }
  }
  return result;
}

bool keeps_row(std::size_t row, int per_octave) {
  std::size_t stride = 1;
  while (row >= 2 * static_cast<std::size_t>(per_octave) * stride) stride *= 2;
  return row % stride == 0;
}

std::string to_bytes(const RunResult& result) {
  nlohmann::json json;
  json["outcome"] = {result.outcome.status, result.outcome.steps, result.outcome.final_loss, result.outcome.seconds};
  json["diagnosis"] = result.diagnosis;
  json["extracts"] = nlohmann::json::object();
  for (const auto& [key, points] : result.extracts) json["extracts"][key] = {points.x, points.y};
  json["not recorded"] = result.not_recorded;
  std::string bytes;
  nlohmann::json::to_msgpack(json, bytes);
  return bytes;
}

RunResult run_result_from_bytes(const std::string& bytes) {
  const nlohmann::json json = nlohmann::json::from_msgpack(bytes);
  RunResult result;
  const nlohmann::json& outcome = json.at("outcome");
  result.outcome = {outcome.at(0), outcome.at(1), outcome.at(2), outcome.at(3)};
  result.diagnosis = json.at("diagnosis");
  for (const auto& [key, points] : json.at("extracts").items())
    result.extracts[key] = {points.at(0).get<std::vector<double>>(), points.at(1).get<std::vector<double>>()};
  result.not_recorded = json.at("not recorded").get<std::map<std::string, std::string>>();
  return result;
}

}  // namespace gradclinic
