#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>

#include "gradclinic/report/renderer.h"
#include "gradclinic/report/results_json.h"
#include "gradclinic/report/verdict_mark.h"
#include "gradclinic/support/number_text.h"
#include "gradclinic/support/text.h"

namespace gradclinic::renderers {

namespace {

bool in_word(const std::string& text, std::size_t index) {
  return index < text.size() && std::isalnum(static_cast<unsigned char>(text[index]));
}

// Text that Markdown takes as it stands, also in a table cell.
std::string plain(const std::string& text) {
  std::string escaped;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char letter = text[i];
    const bool loose_underscore = letter == '_' && !(i > 0 && in_word(text, i - 1) && in_word(text, i + 1));
    if (std::string("\\`*<>|[]").find(letter) != std::string::npos || loose_underscore) escaped += '\\';
    escaped += letter == '\n' || letter == '\r' ? ' ' : letter;
  }
  return escaped;
}

std::string or_dash(const std::string& text) { return text.empty() ? "–" : plain(text); }

std::string row(const std::vector<std::string>& cells) {
  std::string line = "|";
  for (const std::string& cell : cells) line += " " + cell + " |";
  return line + "\n";
}

std::string table_head(const std::vector<std::string>& columns) {
  return row(columns) + row(std::vector<std::string>(columns.size(), "---"));
}

std::string effect_cell(double effect, double low, double high, const std::string& unit) {
  if (std::isnan(effect)) return "not comparable";
  return fmt::format("{}{} ({})", unit == "ratio" ? "× " : "", number_text(effect), interval_text(low, high));
}

std::string claims_table(const ExperimentResult& experiment) {
  std::string text = table_head({"verdict", "claim", "effect (95 % interval)", "n", "p (Holm)", "why"});
  for (const ClaimResult& claim : experiment.claims)
    text += row({mark_and_name(claim.verdict), plain(claim.says),
                 effect_cell(claim.effect, claim.low, claim.high, claim.effect_unit), std::to_string(claim.pairs),
                 number_text(claim.p_holm), plain(claim.reason)});
  return text + "\n";
}

/// The commonest first.
std::string diagnoses_text(const GroupResult& group) {
  std::vector<std::pair<int, std::string>> counts;
  for (const auto& [diagnosis, count] : group.diagnoses) counts.push_back({-count, diagnosis});
  std::sort(counts.begin(), counts.end());
  std::string text;
  for (const auto& [count, diagnosis] : counts)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", diagnosis, -count);
  return text;
}

std::string groups_table(const ExperimentResult& experiment) {
  std::string text =
      table_head({"setting", "final loss (25th to 75th percentile)", "seeds", "diverged", "diagnoses", "µs per step"});
  for (const GroupResult& group : experiment.groups)
    text += row({plain(group.label),
                 fmt::format("{} ({})", number_text(group.final_loss),
                             interval_text(group.final_loss_low, group.final_loss_high)),
                 std::to_string(group.seeds), std::to_string(group.diverged), diagnoses_text(group),
                 number_text(group.microseconds_per_step)});
  return text + "\n";
}

std::string patient_table(const PatientResult& patient) {
  std::string text = table_head({"fix", "proven", patient.measure,
                                 fmt::format("effect ({:.4g} % interval)", 100 * patient.tried.front().coverage),
                                 "seeds", "p (Holm)", "the cause", "time per step", "steps", "side effects"});
  const auto add = [&](const TrialResult& trial, const std::string& name) {
    text += row({name, trial.proven ? "✓" : "–", number_text(trial.outcome), effect_text(trial),
                 std::to_string(trial.seeds), number_text(trial.p_holm), mechanism_text(trial),
                 std::isnan(trial.cost) ? "–" : "× " + number_text(trial.cost), "× " + number_text(trial.length),
                 or_dash(join(trial.side_effects))});
  };
  for (const TrialResult& trial : patient.tried) add(trial, "**" + plain(name_of_trial(trial)) + "**");
  if (patient.random)
    add(*patient.random,
        fmt::format("best of {}: {}", count_text(patient.random_changes, "random change", "random changes"),
                    plain(name_of_trial(*patient.random))));
  return text + "\n";
}

std::string patients_section(const Report& report) {
  std::string text = "## Which fix for which pathology\n\n";
  for (const CauseAdvice& advice : report.text.causes) {
    text += fmt::format("### {}\n\n{}\n\n", plain(advice.cause), plain(advice.headline));
    for (const std::string& paragraph : advice.paragraphs) text += plain(paragraph) + "\n\n";
    for (const int index : advice.patients) {
      const PatientResult& patient = report.results.patients[static_cast<std::size_t>(index)];
      text += fmt::format("**{}: {}.** {}", plain(patient.experiment), plain(patient.setting), plain(patient.sentence));
      if (!patient.tried.empty())
        text += fmt::format(" As it is, the {} is {}.\n\n{}", patient.measure, number_text(patient.untreated),
                            patient_table(patient));
      else
        text += "\n\n";
    }
  }
  return text;
}

std::string treatments_section(const Report& report) {
  std::string text = "## What the course's experiments say of each fix\n\n";
  for (const PathologyAdvice& advice : report.text.pathologies) {
    text += fmt::format("### {}\n\n{}\n\n", plain(advice.pathology), plain(advice.headline));
    text += table_head({"fix", "verdict", "outcome", "effect, below 1 is better (95 % interval)", "n", "patient",
                        "what happened to the cause", "time per step", "side effects", "where it fails"});
    for (int index : advice.ranking) {
      const TreatmentResult& treatment = report.results.treatments[index];
      text += row(
          {"**" + plain(treatment.fix) + "**", mark_and_name(treatment.verdict), number_text(treatment.treated_outcome),
           fmt::format("{} of {}", effect_cell(treatment.effect, treatment.low, treatment.high, "ratio"),
                       plain(effect_name(treatment))),
           std::to_string(treatment.pairs), plain(treatment.patient), or_dash(treatment.mechanism),
           "× " + number_text(treatment.cost), or_dash(treatment.side_effects), or_dash(treatment.fails_where)});
    }
    text += "\n";
    for (const std::string& paragraph : advice.paragraphs) text += plain(paragraph) + "\n\n";
  }
  return text;
}

std::string conclusions_section(const Report& report) {
  std::string text = "## Conclusions\n\n";
  for (const ConclusionGroup& group : report.text.conclusions) {
    text += fmt::format("### {} {}\n\n", mark_of(group.verdict), plain(group.heading));
    for (const Conclusion& conclusion : group.conclusions) text += "- " + plain(conclusion.text) + "\n";
    text += "\n";
  }
  return text;
}

std::string experiment_section(const ExperimentResult& experiment) {
  std::string text = fmt::format("## {}\n\n", plain(experiment.title));
  if (!experiment.question.empty()) text += fmt::format("**{}**\n\n", plain(experiment.question));
  for (const std::string* paragraph : {&experiment.setup, &experiment.notes})
    if (!paragraph->empty()) text += plain(*paragraph) + "\n\n";
  if (!experiment.claims.empty()) text += claims_table(experiment);
  for (const Figure& figure : experiment.figures)
    text += fmt::format("![{}]({})\n\n{}", plain(figure.title), figure_path(experiment, figure),
                        figure.note.empty() ? "" : plain(figure.note) + "\n\n");
  if (!experiment.groups.empty()) text += groups_table(experiment);
  return text;
}

std::string closing(const Report& report) {
  std::string text = "## How to read this\n\n";
  for (const std::string& paragraph : report.text.method) text += plain(paragraph) + "\n\n";
  text += "## References\n\n";
  for (const Reference& reference : report.text.references)
    text +=
        fmt::format("- **{}**: {} Used for: {}.\n", plain(reference.id), plain(reference.text), plain(reference.note));
  text += "\n## Machine and versions\n\n";
  text += table_head({"what", "value"}) + row({"started", or_dash(report.results.started)});
  for (const auto* entries : {&report.results.machine, &report.results.versions})
    for (const auto& [key, value] : *entries) text += row({plain(key), plain(value)});
  return text;
}

std::vector<Document> render(const Report& report) {
  std::string text = "# Why networks do not train, and what helps\n\n" + plain(report.text.summary) + "\n\n";
  if (!report.text.causes.empty()) text += patients_section(report);
  if (!report.text.pathologies.empty()) text += treatments_section(report);
  if (!report.text.conclusions.empty()) text += conclusions_section(report);
  for (const ExperimentResult& experiment : report.results.experiments) text += experiment_section(experiment);
  return {{.path = "report.md", .text = text + closing(report)}};
}

}  // namespace

Renderer markdown() {
  return {.id = "markdown", .summary = "report.md: tables and text with the figures linked", .render = render};
}

}  // namespace gradclinic::renderers
