#include "gradclinic/report/renderer.h"
#include "gradclinic/report/results_json.h"

namespace gradclinic::renderers {

namespace {

std::vector<Document> render(const Report& report) {
  return {{.path = "results.json", .text = pretty_json(to_json(report.results, report.text))}};
}

}  // namespace

Renderer json() {
  return {.id = "json", .summary = "results.json: every number, for programs (docs/results.md)", .render = render};
}

}  // namespace gradclinic::renderers
