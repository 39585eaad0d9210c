#include "gradclinic/report/svg.h"

#include "gradclinic/report/renderer.h"
#include "gradclinic/report/results_json.h"

namespace gradclinic::renderers {

namespace {

std::vector<Document> render(const Report& report) {
  std::vector<Document> documents;
  for (const ExperimentResult& experiment : report.results.experiments)
    for (const Figure& figure : experiment.figures)
      documents.push_back({.path = figure_path(experiment, figure), .text = to_svg(figure)});
  return documents;
}

}  // namespace

Renderer svg() {
  return {.id = "svg", .summary = "figures/*.svg: every figure as a picture, for documents", .render = render};
}

}  // namespace gradclinic::renderers
