#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <sstream>

#include "gradclinic/diagnosis/course.h"
#include "gradclinic/fixes/advice.h"
#include "gradclinic/report/diagnosis_report.h"
#include "gradclinic/report/text_layout.h"
#include "gradclinic/spec/toml.h"
#include "gradclinic/support/number_text.h"
#include "gradclinic/support/text.h"

namespace gradclinic {
namespace {

constexpr int kNarrowest = 60;
constexpr int kWidest = 100;
constexpr std::size_t kTrialsShown = 4;
constexpr std::size_t kLayersNamed = 3;
constexpr const char* kBold = "1";
constexpr const char* kDim = "2";

std::size_t spaces(int count) { return static_cast<std::size_t>(std::max(0, count)); }

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
  const std::string seed = is_from_outside(record) ? "" : fmt::format(" (seed {})", record.seed);
  const std::string who = report.source.empty() ? fmt::format("{}{}, {}", excerpt(record.name), seed, how)
                                                : fmt::format("{}, {}", excerpt(record.name), report.source);
  std::string text = painted(verdict, code_of(diagnosis.verdict), style.colour) + "   " + who + "\n";
  std::string summary = diagnosis.summary;
  if (!summary.empty()) summary[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(summary[0])));
  return text + "  " + wrapped(summary + (summary.ends_with('.') ? "" : "."), 2, style.columns);
}

/// What, value, limit in columns; `what` is wrapped where the line would be too long.
std::string evidence_table(const Finding& finding, const Style& style) {
  const std::string indent(4, ' ');
  int values = characters("value"), limits = characters("held against"), longest = 0;
  for (const Evidence& item : finding.evidence) {
    values = std::max(values, characters(number_text(item.value)));
    limits = std::max(limits, characters(item.limit));
    longest = std::max(longest, characters(item.what));
  }
  limits = std::min(limits, style.columns / 3);
  const int what = std::min(longest, style.columns - 4 - values - limits - 4);
  std::string text = indent +
                     painted(fmt::format("{}  {:>{}}  held against", std::string(spaces(what), ' '), "value", values),
                             kDim, style.colour) +
                     "\n";
  for (const Evidence& item : finding.evidence) {
    const std::vector<std::string> left = lines_of(item.what, what), right = lines_of(item.limit, limits);
    for (std::size_t i = 0; i < std::max(left.size(), right.size()); ++i) {
      const std::string part = i < left.size() ? left[i] : "";
      const std::string value = i == 0 ? number_text(item.value) : "";
      std::string line =
          indent + part + std::string(spaces(what - characters(part) + 2 + values - characters(value)), ' ') + value;
      if (i < right.size() && !right[i].empty()) line += "  " + painted(right[i], kDim, style.colour);
      text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
    }
  }
  return text;
}

std::string where_text(const Finding& finding, const DiagnosisReport& report) {
  std::string where = fmt::format("in {}; evidence {:.0f} %", layers_text(finding.layers, layer_names(report.record)),
                                  100 * finding.confidence);
  if (report.record.outcome.status == "weights") return where;
  const std::string when = report.before_training    ? "before training"
                           : finding.onset_step == 0 ? "from the first step on"
                                                     : fmt::format("from step {} on", finding.onset_step);
  return when + ", " + where;
}

std::string cause(const DiagnosisReport& report, const Style& style) {
  const Finding& finding = report.diagnosis.findings.front();
  return style.heading("Cause: " + finding.pathology) + "  " + wrapped(finding.sentence, 2, style.columns) + "  " +
         painted(where_text(finding, report), kDim, style.colour) + "\n\n" + evidence_table(finding, style);
}

/// Everything that follows from a finding, each below what causes it.
void add_symptoms(const DiagnosisReport& report, const std::string& cause, int depth, const Style& style,
                  std::string& text) {
  for (const Finding& finding : report.diagnosis.findings) {
    if (finding.role != "symptom" || finding.caused_by != cause) continue;
    const int indent = 2 + 3 * depth;
    const std::string margin(spaces(indent + 2), ' ');
    const std::string where = where_text(finding, report);
    const bool beside = indent + 4 + characters(finding.pathology) + characters(where) <= style.columns;
    text += std::string(spaces(indent), ' ') + "└ " + painted(finding.pathology, kBold, style.colour) +
            (beside ? "  " : "\n" + margin) + painted(where, kDim, style.colour) + "\n";
    for (const std::string& line : {finding.sentence, finding.rule})
      text += margin + wrapped(line, indent + 2, style.columns);
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

/// The training's own number at a step, as a trial's is compared with it.
std::string instead_text(const Course& course, std::int64_t step) {
  if (course.empty() || !std::isfinite(course.last().loss)) return "divergence";
  if (course.validation.empty()) return number_text(Course::at(course.training, step).loss);
  const Point& point = Course::at(course.validation, step);
  return std::isnan(point.accuracy) ? number_text(point.loss) : fmt::format("{:.1f} %", 100 * point.accuracy);
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
  const Course course = read_course(report.record);
  std::vector<std::pair<std::string, std::string>> rows;
  int changes = 0, outcomes = 0;
  for (const Trial& trial : trials) {
    rows.push_back(
        {short_change(report, trial),
         fmt::format("{} instead of {}{}", outcome_text(trial.loss, trial.validation_loss, trial.validation_accuracy),
                     instead_text(course, trial.steps),
                     trial.steps < report.record.outcome.steps ? fmt::format(" after {} steps", trial.steps) : "")});
    changes = std::max(changes, characters(rows.back().first));
    outcomes = std::max(outcomes, characters(rows.back().second));
  }
  changes = std::min(changes, style.columns - 6 - outcomes);
  std::string text;
  for (const auto& [change, outcome] : rows) {
    const std::vector<std::string> lines = lines_of(change, changes);
    for (std::size_t i = 0; i < lines.size(); ++i)
      text += "    " + lines[i] +
              (i == 0 ? std::string(spaces(changes - characters(lines[i]) + 2), ' ') + outcome : "") + "\n";
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
  return text + (losses && !text.empty() ? "  " + wrapped(read_course(report.record).of_first
                                                              ? "A loss of 1 is what the training began with."
                                                              : "A loss of 1 is that of the best constant prediction.",
                                                          2, style.columns)
                                         : "");
}

/// Fixes as they are made where the network was built.
std::string advised(const DiagnosisReport& report, const Style& style) {
  std::string text = style.heading("Fixes to try");
  for (const Advice& each : advice(report.diagnosis, report.record)) {
    text += "  • " + wrapped(each.fix + ": " + each.summary, 4, style.columns);
    for (const std::string& line : each.pytorch) text += "      " + painted(line, kDim, style.colour) + "\n";
  }
  return text;
}

std::string fixes(const DiagnosisReport& report, const Style& style) {
  const Finding* cause = report.diagnosis.cause();
  if (!cause || cause->fixes.empty()) return "";
  if (is_from_outside(report.record)) return advised(report, style);
  std::string ideas = style.heading("Fixes to try") + "  " + wrapped(join(cause->fixes), 2, style.columns);
  if (!report.source.empty()) return ideas;
  const std::string command = "gradclinic fix " + (report.spec.empty() ? "SPEC" : report.spec);
  return ideas + "  These and others, on this very training:\n    " + painted(command, kBold, style.colour) + "\n";
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

std::string short_change(const DiagnosisReport& report, const Trial& trial) {
  const Spec spec = parse_spec(report.record.spec, "the record's spec");
  std::vector<std::string> kept;
  for (std::size_t from = 0; from < trial.change.size();) {
    const std::size_t end = std::min(trial.change.find(", ", from), trial.change.size());
    const std::string part = trial.change.substr(from, end - from);
    from = end + 2;
    if (part == "train.epochs = 0") continue;  // leaves it to train.steps, named beside it
    const std::size_t equals = part.find(" = ");
    Spec changed = spec;
    const bool of_spec = equals != std::string::npos && is_key(part.substr(0, equals));
    if (of_spec) set_key(changed, part.substr(0, equals), part.substr(equals + 3));
    if (!of_spec || changed != spec) kept.push_back(part);
  }
  return kept.empty() ? "the spec as it is" : join(kept);
}

std::vector<std::string> layer_names(const Record& record) {
  std::istringstream words(parse_spec(record.spec, "the record's spec").model.layers);
  return {std::istream_iterator<std::string>(words), {}};
}

bool is_from_outside(const Record& record) {
  return parse_spec(record.spec, "the record's spec").model.kind == "outside";
}

std::string layers_text(const std::vector<int>& layers, const std::vector<std::string>& names) {
  std::string text = layers_text(layers);
  if (layers.empty() || layers.size() > kLayersNamed) return text;
  std::vector<std::string> named;
  for (const int layer : layers)
    if (layer >= 1 && layer <= static_cast<int>(names.size()))
      named.push_back(names[static_cast<std::size_t>(layer - 1)]);
  return named.empty() ? text : fmt::format("{} ({})", text, join(named));
}

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
