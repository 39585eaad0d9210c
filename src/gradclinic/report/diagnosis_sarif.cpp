#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "gradclinic/diagnosis/pathology.h"
#include "gradclinic/report/diagnosis_report.h"
#include "gradclinic/report/results_json.h"
#include "gradclinic/support/number_text.h"
#include "gradclinic/support/text.h"

namespace gradclinic {
namespace {

using Json = nlohmann::ordered_json;

/// A path as a URI reference: RFC 3986's unreserved characters and '/' stay.
std::string uri_of(const std::string& path) {
  std::string uri = path.starts_with('/') ? "file://" : "";
  for (const char byte : path) {
    const auto code = static_cast<unsigned char>(byte);
    const bool plain =
        code < 0x80 && (std::isalnum(code) != 0 || std::string_view("-._~/").find(byte) != std::string_view::npos);
    uri += plain ? std::string(1, byte) : fmt::format("%{:02X}", code);
  }
  return uri;
}

const char* level_of(const Finding& finding) {
  if (finding.role == "cause") return "error";
  return finding.role == "symptom" ? "warning" : "note";
}

Json rule_json(const Pathology& pathology) {
  const std::string fixes = pathology.fixes.empty() ? "" : " Fixes: " + join(pathology.fixes) + ".";
  return {{"id", pathology.id},
          {"shortDescription", {{"text", pathology.summary}}},
          {"fullDescription", {{"text", pathology.mechanism}}},
          {"help", {{"text", pathology.mechanism + fixes + " Reference: " + pathology.reference + "."}}},
          {"defaultConfiguration", {{"level", pathology.stage == Stage::benign ? "note" : "warning"}}}};
}

Json location_json(const DiagnosisReport& report) {
  if (report.spec_path.empty())
    return {{"logicalLocations", Json::array({{{"name", report.record.name}, {"kind", "run"}}})}};
  return {{"physicalLocation",
           {{"artifactLocation", {{"uri", uri_of(report.spec_path)}}}, {"region", {{"startLine", 1}}}}}};
}

std::string message_of(const Finding& finding) {
  std::string text = fmt::format("{} ({}, from step {}, in {}", finding.sentence, finding.rule, finding.onset_step,
                                 layers_text(finding.layers));
  text += finding.caused_by.empty() ? ")" : "; caused by " + finding.caused_by + ")";
  for (const Evidence& item : finding.evidence) {
    text += fmt::format("; {}: {}", item.what, number_text(item.value));
    if (!item.limit.empty()) text += " (held against: " + item.limit + ")";
  }
  return text;
}

Json result_json(const DiagnosisReport& report, const Finding& finding, std::size_t rule) {
  return {{"ruleId", finding.pathology},
          {"ruleIndex", rule},
          {"level", level_of(finding)},
          {"message", {{"text", message_of(finding)}}},
          {"locations", Json::array({location_json(report)})},
          {"partialFingerprints", {{"gradclinic/v1", report.record.name + "/" + finding.pathology}}},
          {"properties",
           {{"role", finding.role},
            {"confidence", json_number(finding.confidence)},
            {"severity", json_number(finding.severity)},
            {"onsetStep", finding.onset_step},
            {"layers", finding.layers}}}};
}

Json notifications_json(const DiagnosisReport& report) {
  Json notifications = Json::array();
  const Diagnosis& diagnosis = report.diagnosis;
  const char* level = diagnosis.verdict == Health::undecided ? "warning" : "note";
  notifications.push_back(
      {{"level", level},
       {"message", {{"text", fmt::format("{}: {}", name_of(diagnosis.verdict), diagnosis.summary)}}}});
  for (const Diagnosis::Gap& gap : diagnosis.gaps)
    notifications.push_back(
        {{"level", "note"},
         {"message",
          {{"text", gap.pathology.empty() ? gap.reason : gap.pathology + " could not be judged: " + gap.reason}}}});
  return notifications;
}

}  // namespace

std::string diagnosis_sarif_text(const DiagnosisReport& report) {
  std::vector<std::string> ids;
  Json rules = Json::array(), results = Json::array();
  for (const auto* list : {&report.diagnosis.findings, &report.diagnosis.notes})
    for (const Finding& finding : *list) {
      auto place = std::ranges::find(ids, finding.pathology);
      if (place == ids.end()) {
        ids.push_back(finding.pathology);
        place = ids.end() - 1;
        if (const Pathology* pathology = find_pathology(finding.pathology)) rules.push_back(rule_json(*pathology));
      }
      results.push_back(result_json(report, finding, static_cast<std::size_t>(place - ids.begin())));
    }
  const auto version = report.record.versions.find("gradclinic");
  Json driver = {{"name", "gradclinic"}};
  if (version != report.record.versions.end()) driver["version"] = version->second;
  driver["rules"] = rules;
  return pretty_json(
      {{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
       {"version", "2.1.0"},
       {"runs",
        Json::array({{{"tool", {{"driver", driver}}},
                      {"invocations", Json::array({{{"executionSuccessful", true},
                                                    {"toolExecutionNotifications", notifications_json(report)}}})},
                      {"results", results}}})}});
}

}  // namespace gradclinic
