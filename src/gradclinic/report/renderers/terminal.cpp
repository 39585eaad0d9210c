#include <fmt/format.h>

#include "gradclinic/support/number_text.h"
#include "gradclinic/report/renderer.h"
#include "gradclinic/report/text_layout.h"
#include "gradclinic/report/verdict_mark.h"

namespace gradclinic::renderers {

namespace {

constexpr int kVerdictColumn = 16;

const char* code_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::supported:
      return "32";
    case Verdict::refuted:
      return "31";
    case Verdict::inconclusive:
      return "33";
    case Verdict::vacuous:
      return "35";
  }
  return "0";
}

std::string verdict_cell(Verdict verdict, bool colour) {
  const std::string text = mark_and_name(verdict);
  return "  " + painted(text, code_of(verdict), colour) + std::string(kVerdictColumn - characters(text), ' ');
}

std::string claims(const Report& report) {
  std::string text;
  for (const ExperimentResult& experiment : report.results.experiments) {
    if (experiment.claims.empty()) continue;
    text += painted(experiment.title, "1", report.colour) + "\n";
    for (const ClaimResult& claim : experiment.claims)
      text += verdict_cell(claim.verdict, report.colour) +
              wrapped(fmt::format("{} ({})", claim.says, effect_text(claim)), kVerdictColumn + 2, report.columns);
    text += "\n";
  }
  return text;
}

std::string advice(const Report& report) {
  std::string text;
  for (const PathologyAdvice& entry : report.text.pathologies)
    text += "  • " + wrapped(entry.headline, 4, report.columns);
  return text.empty() ? text : painted("Which fix for which pathology", "1", report.colour) + "\n" + text + "\n";
}

std::vector<Document> render(const Report& report) {
  return {{.path = "", .text = claims(report) + advice(report) + wrapped(report.text.summary, 0, report.columns)}};
}

}  // namespace

Renderer terminal() { return {.id = "terminal", .summary = "the report in short, printed", .render = render}; }

}  // namespace gradclinic::renderers
