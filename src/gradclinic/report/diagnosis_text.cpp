#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "gradclinic/diagnosis/course.h"
#include "gradclinic/report/diagnosis_report.h"
#include "gradclinic/report/number_text.h"
#include "gradclinic/report/text_layout.h"
#include "gradclinic/support/text.h"

namespace gradclinic {
namespace {

constexpr int kNarrowest = 60;
constexpr int kWidest = 100;
constexpr std::size_t kTrialsShown = 4;
constexpr const char* kBold = "1";
constexpr const char* kDim = "2";

struct Style {
  bool colour = false;
  int columns = kWidest;
  std::string heading(const std::string& text) const { return "\n" + painted(text, kBold, colour) + "\n"; }
};

const char* code_of(Health verdict) {
  if (verdict == Health::healthy) return "1;32";
  return verdict == Health::sick ? "1;31" : "1;33";
}

const char* mark_of(Health verdict) {
  if (verdict == Health::healthy) return "✓";
  return verdict == Health::sick ? "✗" : "?";
}

std::string head(const DiagnosisReport& report, const Style& style) {
  const Diagnosis& diagnosis = report.diagnosis;
  const Record& record = report.record;
  const std::string how = report.before_training ? "judged before training"
                                                 : fmt::format("{} after {}", record.outcome.status,
                                                               count_text(record.outcome.steps, "step", "steps"));
  const std::string verdict = fmt::format("{} {}", mark_of(diagnosis.verdict), name_of(diagnosis.verdict));
  std::string text = painted(verdict, code_of(diagnosis.verdict), style.colour) +
                     fmt::format("   {} (seed {}), {}\n", excerpt(record.name), record.seed, how);
  std::string summary = diagnosis.summary;
  if (!summary.empty()) summary[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(summary[0])));
  return text + "  " + wrapped(summary + (summary.ends_with('.') ? "" : "."), 2, style.columns);
}

/// What, value, limit: as wide as their widest entry; `what` is wrapped where the line would be too long.
std::string evidence_table(const Finding& finding, const Style& style, int indent) {
  std::size_t values = 0, limits = 0, longest = 0;
  for (const Evidence& item : finding.evidence) {
    values = std::max(values, static_cast<std::size_t>(characters(number_text(item.value))));
    limits = std::max(limits, item.limit.empty() ? 0 : static_cast<std::size_t>(characters(item.limit)) + 7);
    longest = std::max(longest, static_cast<std::size_t>(characters(item.what)));
  }
  const auto room = static_cast<std::size_t>(style.columns - indent) - values - 4;
  const bool beside = limits + 30 <= room;
  const std::size_t what = std::min(longest, beside ? room - limits : room);
  std::string text;
  for (const Evidence& item : finding.evidence) {
    const std::vector<std::string> lines = lines_of(item.what, static_cast<int>(what));
    const std::string value = number_text(item.value);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      text += std::string(static_cast<std::size_t>(indent), ' ') + lines[i];
      if (i + 1 < lines.size()) {
        text += "\n";
        continue;
      }
      text += std::string(what - static_cast<std::size_t>(characters(lines[i])) + 2 + values -
                              static_cast<std::size_t>(characters(value)),
                          ' ') +
              value;
    }
    const std::string limit = item.limit.empty() ? "" : "sound: " + item.limit;
    if (!limit.empty() && beside)
      text += "  " + painted(limit, kDim, style.colour);
    else if (!limit.empty())
      text += "\n" + std::string(static_cast<std::size_t>(indent) + 2, ' ') + painted(limit, kDim, style.colour);
    text += "\n";
  }
  return text;
}

std::string where_text(const Finding& finding, bool before_training) {
  const std::string when = before_training           ? "before training"
                           : finding.onset_step == 0 ? "from the first step on"
                                                     : fmt::format("from step {} on", finding.onset_step);
  return fmt::format("{}, in {}; evidence {:.0f} %", when, layers_text(finding.layers), 100 * finding.confidence);
}

std::string cause(const DiagnosisReport& report, const Style& style) {
  const Finding& finding = report.diagnosis.findings.front();
  return style.heading("Cause: " + finding.pathology) + "  " + wrapped(finding.sentence, 2, style.columns) + "  " +
         painted(where_text(finding, report.before_training), kDim, style.colour) + "\n\n" +
         evidence_table(finding, style, 4);
}

/// Everything that follows from a finding, each below what causes it.
void add_symptoms(const DiagnosisReport& report, const std::string& cause, int depth, const Style& style,
                  std::string& text) {
  for (const Finding& finding : report.diagnosis.findings) {
    if (finding.role != "symptom" || finding.caused_by != cause) continue;
    const int indent = 2 + 3 * depth;
    text += std::string(static_cast<std::size_t>(indent), ' ') + "└ " +
            painted(finding.pathology, kBold, style.colour) +
            painted("  " + where_text(finding, report.before_training), kDim, style.colour) + "\n";
    text +=
        std::string(static_cast<std::size_t>(indent) + 2, ' ') + wrapped(finding.sentence, indent + 2, style.columns);
    text += std::string(static_cast<std::size_t>(indent) + 2, ' ') + wrapped(finding.rule, indent + 2, style.columns);
    if (depth < static_cast<int>(report.diagnosis.findings.size()))
      add_symptoms(report, finding.pathology, depth + 1, style, text);
  }
}

std::string outcome_text(double loss, double validation_loss, double validation_accuracy) {
  if (!std::isfinite(loss)) return "diverged";
  if (!std::isnan(validation_accuracy)) return fmt::format("held-out accuracy {:.1f} %", 100 * validation_accuracy);
  if (!std::isnan(validation_loss)) return "held-out loss " + number_text(validation_loss);
  return "loss " + number_text(loss);
}

/// The number alone, as a trial's is compared with it.
std::string instead_text(const Course& course) {
  if (course.empty() || !std::isfinite(course.last().loss)) return "divergence";
  if (course.validation.empty()) return number_text(course.last().loss);
  const Point& last = course.validation.back();
  return std::isnan(last.accuracy) ? number_text(last.loss) : fmt::format("{:.1f} %", 100 * last.accuracy);
}

/// The trials of one suspect, those that restore most first.
std::vector<Trial> trials_of(const Diagnosis& diagnosis, const std::string& suspect) {
  std::vector<Trial> trials;
  for (const Trial& trial : diagnosis.trials)
    if (trial.suspect == suspect) trials.push_back(trial);
  const auto value = [](const Trial& trial) { return std::isnan(trial.restored) ? -2 : trial.restored; };
  std::ranges::stable_sort(trials, [&](const Trial& one, const Trial& other) { return value(one) > value(other); });
  if (trials.size() > kTrialsShown) trials.resize(kTrialsShown);
  return trials;
}

std::string trial_lines(const DiagnosisReport& report, const std::vector<Trial>& trials, const Style& style) {
  const std::string instead = instead_text(read_course(report.record));
  int widest = 0;
  const int most = style.columns / 2 - 6;
  for (const Trial& trial : trials) widest = std::max(widest, std::min(most, characters(trial.change)));
  std::string text;
  for (const Trial& trial : trials) {
    const std::string outcome = fmt::format(
        "{} instead of {}", outcome_text(trial.loss, trial.validation_loss, trial.validation_accuracy), instead);
    const std::vector<std::string> lines = lines_of(trial.change, widest);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      text += "    " + lines[i];
      if (i == 0) text += std::string(static_cast<std::size_t>(widest - characters(lines[i])) + 2, ' ') + outcome;
      text += "\n";
    }
  }
  return text;
}

std::string proof(const DiagnosisReport& report, const Style& style) {
  if (report.diagnosis.trials.empty()) return "";
  std::string text;
  if (const Finding* cause = report.diagnosis.cause()) {
    const std::vector<Trial> without = trials_of(report.diagnosis, cause->pathology);
    if (!without.empty())
      text +=
          style.heading("Tried without it, from the same seed on the same data") + trial_lines(report, without, style);
  }
  const std::vector<Trial> references = trials_of(report.diagnosis, "reference");
  if (!references.empty())
    text += style.heading("What sound recipes reach in as many steps") + trial_lines(report, references, style);
  const bool losses = std::isnan(report.diagnosis.trials.front().validation_accuracy);
  return text + (losses && !text.empty()
                     ? "  " + wrapped("A loss of 1 is that of the best constant prediction.", 2, style.columns)
                     : "");
}

std::string fixes(const DiagnosisReport& report, const Style& style) {
  std::vector<std::string> ids;
  for (const Finding& finding : report.diagnosis.findings)
    for (const std::string& id : finding.fixes)
      if (std::ranges::find(ids, id) == ids.end()) ids.push_back(id);
  if (ids.empty()) return "";
  const std::string command = "gradclinic fix " + (report.spec.empty() ? "SPEC" : report.spec);
  return style.heading("Fixes to try") + "  " + wrapped(join(ids), 2, style.columns) + "  " +
         painted(command, kBold, style.colour) + " tries them on this training\n";
}

std::string notes(const DiagnosisReport& report, const Style& style) {
  if (report.diagnosis.notes.empty()) return "";
  std::string text = style.heading(report.diagnosis.verdict == Health::undecided ? "Seen, but not enough for a verdict"
                                                                                 : "Also seen, and no cause for alarm");
  for (const Finding& note : report.diagnosis.notes)
    text += "  • " + wrapped(fmt::format("{}: {} ({})", note.pathology, note.sentence, note.rule), 4, style.columns);
  return text;
}

/// Gaps with one reason in one line.
std::string gaps(const DiagnosisReport& report, const Style& style) {
  std::string text;
  std::vector<std::string> told;
  for (const Diagnosis::Gap& gap : report.diagnosis.gaps) {
    if (std::ranges::find(told, gap.reason) != told.end()) continue;
    told.push_back(gap.reason);
    std::vector<std::string> ids;
    for (const Diagnosis::Gap& other : report.diagnosis.gaps)
      if (other.reason == gap.reason && !other.pathology.empty()) ids.push_back(other.pathology);
    text += "  • " + wrapped(ids.empty() ? gap.reason : fmt::format("{}: {}", gap.reason, join(ids)), 4, style.columns);
  }
  return text.empty() ? "" : style.heading("Could not be judged") + text;
}

}  // namespace

std::string layers_text(const std::vector<int>& layers) {
  if (layers.empty()) return "the whole network";
  std::vector<int> sorted = layers;
  std::ranges::sort(sorted);
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < sorted.size();) {
    std::size_t end = i;
    while (end + 1 < sorted.size() && sorted[end + 1] == sorted[end] + 1) ++end;
    if (end - i >= 2) {
      parts.push_back(fmt::format("{} to {}", sorted[i], sorted[end]));
      i = end + 1;
    } else {
      parts.push_back(std::to_string(sorted[i++]));
    }
  }
  const std::string last = parts.back();
  parts.pop_back();
  const std::string list = parts.empty() ? last : join(parts) + " and " + last;
  return (sorted.size() == 1 ? "layer " : "layers ") + list;
}

std::string diagnosis_text(const DiagnosisReport& report, bool colour, int columns) {
  const Style style{colour, std::clamp(columns, kNarrowest, kWidest)};
  std::string text = head(report, style);
  if (report.diagnosis.cause()) {
    text += cause(report, style);
    std::string symptoms;
    add_symptoms(report, report.diagnosis.cause()->pathology, 0, style, symptoms);
    if (!symptoms.empty()) text += style.heading("What follows from it") + symptoms;
  }
  return text + proof(report, style) + fixes(report, style) + notes(report, style) + gaps(report, style);
}

}  // namespace gradclinic
