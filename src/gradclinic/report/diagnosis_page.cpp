#include <nlohmann/json.hpp>

#include "gradclinic/diagnosis/pathology.h"
#include "gradclinic/fixes/advice.h"
#include "gradclinic/report/diagnosis_figures.h"
#include "gradclinic/report/diagnosis_json.h"
#include "gradclinic/report/page.h"
#include "gradclinic/report/results_json.h"

namespace gradclinic {
namespace {

using Json = nlohmann::ordered_json;

/// What the catalogue says of everything that the diagnosis names.
Json about_json(const Diagnosis& diagnosis) {
  Json about = Json::object();
  for (const auto* list : {&diagnosis.findings, &diagnosis.notes})
    for (const Finding& finding : *list)
      if (const Pathology* pathology = find_pathology(finding.pathology))
        about[pathology->id] = {{"summary", pathology->summary},
                                {"mechanism", pathology->mechanism},
                                {"reference", pathology->reference},
                                {"look_alikes", pathology->look_alikes}};
  return about;
}

}  // namespace

std::string diagnosis_page(const DiagnosisReport& report) {
  Json data = to_json(report);
  data["about"] = about_json(report.diagnosis);
  data["command"] = report.spec.empty() ? "" : "gradclinic fix " + report.spec;
  data["spec"] = report.record.spec;
  data["layer_names"] = layer_names(report.record);
  data["advice"] = Json::array();
  if (is_from_outside(report.record))
    for (const Advice& each : advice(report.diagnosis, report.record))
      data["advice"].push_back({{"fix", each.fix}, {"summary", each.summary}, {"pytorch", each.pytorch}});
  data["source"] = report.source;
  for (std::size_t i = 0; i < report.diagnosis.trials.size(); ++i)
    data["trials"][i]["change"] = short_change(report, report.diagnosis.trials[i]);
  data["figures"] = Json::array();
  for (const Figure& figure : diagnosis_figures(report))
    data["figures"].push_back(figure_json(figure, figure.id + ".svg"));
  return page_with(data);
}

}  // namespace gradclinic
