#include "gradclinic/lab/experiment_result.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "gradclinic/data/dataset.h"
#include "gradclinic/lab/claims.h"
#include "gradclinic/lab/figures.h"
#include "gradclinic/lab/setup.h"
#include "gradclinic/lab/words.h"
#include "gradclinic/support/error.h"
#include "gradclinic/support/statistics.h"
#include "gradclinic/support/text.h"

namespace gradclinic {
namespace {

GroupResult group_of(const ExperimentRuns& runs, std::size_t cell) {
  GroupResult group;
  group.label = runs.cells[cell].label;
  group.factors = runs.cells[cell].factors;
  std::vector<double> losses;
  std::vector<double> microseconds;
  for (const std::optional<RunResult>& result : runs.results[cell]) {
    if (!result) continue;
    const bool diverged = result->outcome.status == "diverged";
    ++group.seeds;
    group.diverged += diverged ? 1 : 0;
    ++group.diagnoses[result->diagnosis];
    losses.push_back(diverged ? std::numeric_limits<double>::infinity() : result->outcome.final_loss);
    if (result->outcome.steps > 0)
      microseconds.push_back(1e6 * result->outcome.seconds / static_cast<double>(result->outcome.steps));
  }
  group.final_loss = median(losses);
  group.final_loss_low = quantile(losses, 0.25);
  group.final_loss_high = quantile(losses, 0.75);
  group.microseconds_per_step = median(microseconds);
  return group;
}

void add_note(const std::string& note, std::vector<std::string>& notes) {
  if (!note.empty() && std::find(notes.begin(), notes.end(), note) == notes.end()) notes.push_back(note);
}

/// What the data sets have to say of themselves, each once. Loaded again, as a run leaves no samples behind.
void add_data_notes(const ExperimentRuns& runs, std::vector<std::string>& notes) {
  std::set<std::string> known;
  for (std::size_t cell = 0; cell < runs.cells.size(); ++cell) {
    const Spec& spec = runs.cells[cell].spec;
    const bool has_run = std::any_of(runs.results[cell].begin(), runs.results[cell].end(),
                                     [](const std::optional<RunResult>& result) { return result.has_value(); });
    if (!has_run || !known.insert(spec.data.set + spec.data.path).second) continue;
    try {
      Generator generator(spec.seed);
      add_note(load_data(spec, generator).training.note, notes);
    } catch (const Error&) {
      // The runs came from the cache and the data are gone: their results stand.
    }
  }
}

/// The failing cells in words: a factor's value when they are just its cells, else their labels.
std::string failing_text(const ExperimentRuns& runs, const std::vector<std::string>& labels) {
  if (labels.size() == runs.cells.size()) return "altogether";
  for (const Factor& factor : runs.experiment.factors) {
    for (const FactorValue& value : factor.values) {
      std::vector<std::string> members;
      for (const Cell& cell : runs.cells)
        if (cell.factors.at(factor.name) == value.label) members.push_back(cell.label);
      if (members == labels) return label_text(runs.experiment, factor.name, value.label);
    }
  }
  return join(labels, "; ");
}

void add_failure_notes(const std::map<std::string, std::vector<std::string>>& failures, const ExperimentRuns& runs,
                       std::vector<std::string>& notes) {
  for (const auto& [message, labels] : failures)
    notes.push_back(fmt::format("Left out: {}: {}", failing_text(runs, labels), message));
}

void add_missing_notes(const ExperimentRuns& runs, std::vector<std::string>& notes) {
  std::set<std::string> known;
  for (const auto& cell : runs.results)
    for (const std::optional<RunResult>& result : cell)
      if (result)
        for (const auto& [key, message] : result->not_recorded) known.insert(message);
  for (const std::string& message : known) notes.push_back("Not measured: " + message);
}

}  // namespace

std::set<Extract> extracts_of(const Experiment& experiment, const Cell& cell) {
  std::set<Extract> extracts;
  const auto add_value = [&](const Measure& measure) { extracts.insert({Extract::Kind::value, measure}); };
  for (const FigureSpec& figure : experiment.figures)
    if (selects(figure.where, cell)) extracts.insert(extract_of(figure));
  for (const ClaimSpec& claim : experiment.claims) {
    const bool is_left = selects(claim.left, cell);
    const bool is_right = std::any_of(claim.right.begin(), claim.right.end(),
                                      [&](const Selection& right) { return selects(right, cell); });
    if (is_left || is_right) add_value(claim.measure);
    if (is_left && claim.acts) add_value(claim.acts->measure);
  }
  for (const TreatmentSpec& treatment : experiment.treatments) {
    if (!selects(treatment.patient, cell) && !selects(treatment.treated, cell)) continue;
    add_value(treatment.outcome);
    add_value(treatment.mechanism);
    if (treatment.side_effect) add_value(*treatment.side_effect);
  }
  return extracts;
}

ExperimentResult summarize(const ExperimentRuns& runs,
                           const std::map<std::string, std::vector<std::string>>& failures) {
  const Experiment& experiment = runs.experiment;
  ExperimentResult result;
  result.id = experiment.id;
  result.title = experiment.title;
  result.question = experiment.question;
  result.setup = setup_text(experiment, runs.cells.size(), runs.seeds.size());
  result.seeds = static_cast<int>(runs.seeds.size());

  std::vector<std::string> notes;
  add_note(experiment.notes, notes);
  add_data_notes(runs, notes);
  add_failure_notes(failures, runs, notes);
  add_missing_notes(runs, notes);
  result.notes = join(notes, "\n");

  for (std::size_t i = 0; i < experiment.figures.size(); ++i)
    result.figures.push_back(draw(experiment.figures[i], runs, i + 1));
  for (const ClaimSpec& claim : experiment.claims) result.claims.push_back(judge(claim, runs));
  for (std::size_t cell = 0; cell < runs.cells.size(); ++cell) {
    const GroupResult group = group_of(runs, cell);
    if (group.seeds == 0) continue;
    result.groups.push_back(group);
    result.runs += group.seeds;
    for (const std::optional<RunResult>& run : runs.results[cell]) result.seconds += run ? run->outcome.seconds : 0;
  }
  return result;
}

}  // namespace gradclinic
