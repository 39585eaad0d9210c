#include <fmt/format.h>

#include "gradclinic/report/renderer.h"
#include "gradclinic/report/text_layout.h"
#include "gradclinic/report/verdict_mark.h"
#include "gradclinic/support/number_text.h"

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

template <typename Entry>
std::string headlines(const char* title, const std::vector<Entry>& entries, const Report& report) {
  std::string text;
  for (const Entry& entry : entries) text += "  • " + wrapped(entry.headline, 4, report.columns);
  return text.empty() ? text : painted(title, "1", report.colour) + "\n" + text + "\n";
}

std::string advice(const Report& report) {
  return headlines("Which fix for which pathology", report.text.causes, report) +
         headlines("What the course's experiments say of each fix", report.text.pathologies, report);
}

std::vector<Document> render(const Report& report) {
  return {{.path = "", .text = claims(report) + advice(report) + wrapped(report.text.summary, 0, report.columns)}};
}

}  // namespace

Renderer terminal() { return {.id = "terminal", .summary = "the report in short, printed", .render = render}; }

}  // namespace gradclinic::renderers
