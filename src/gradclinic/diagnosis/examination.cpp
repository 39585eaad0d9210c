#include "gradclinic/diagnosis/examination.h"

#include <fmt/format.h>

#include <algorithm>

#include "gradclinic/data/dataset.h"
#include "gradclinic/diagnosis/reference_recipes.h"
#include "gradclinic/spec/toml.h"
#include "gradclinic/support/error.h"

namespace gradclinic {
namespace {

using Gap = Diagnosis::Gap;

/// Why the spec cannot be trained with changes here; empty when it can.
std::string why_no_trials(const Spec& spec, const CounterfactualOptions& trials) {
  if (trials.train) return "";
  if (spec.model.kind == "outside")
    return "nothing was tried, as the network was not built from a spec and cannot be trained again from here";
  try {
    Generator generator(spec.seed);
    load_data(spec, generator);
  } catch (const Error& error) {
    return fmt::format("nothing was tried, as the spec's data cannot be loaded: {}", error.what());
  }
  return "";
}

std::vector<Gap> damage_of(const Record& record) {
  std::vector<Gap> gaps;
  for (const Event& event : record.events)
    if (event.kind == "damaged-block" || event.kind == "gauge-failed" || event.kind == "not-seen")
      gaps.push_back({"", event.text});
  return gaps;
}

/// A run that was killed or stopped.
bool ended_early(const Record& record) {
  return record.outcome.status != "finished" && record.outcome.status != "diverged";
}

}  // namespace

std::int64_t steps_done(const Record& record) {
  std::int64_t steps = record.outcome.steps;
  for (const auto& [name, table] : record.tables) {
    if (table.steps.empty()) continue;
    const bool counts_updates = name == "survey" || name == "data";  // the others name the step, from 0
    steps = std::max(steps, table.steps.back() + (counts_updates ? 0 : 1));
  }
  return steps;
}

Diagnosis examine_record(const Record& given, DoctorOptions options) {
  Record record = given;
  record.outcome.steps = steps_done(given);
  std::vector<Gap> gaps = damage_of(record);
  const Chart chart(record);
  if (ended_early(record))
    gaps.push_back(
        {"", fmt::format("the run ended early (status {}), after {} of {} steps: it is judged as far as it goes",
                         record.outcome.status, record.outcome.steps, planned_steps(chart))});
  if (options.probe) {
    Spec spec = chart.spec();
    spec.folder = options.folder;
    const std::string reason = why_no_trials(spec, options.trials);
    options.probe = reason.empty();
    if (!reason.empty()) gaps.push_back({"", reason});
  }
  Diagnosis diagnosis = diagnose(record, options);
  diagnosis.gaps.insert(diagnosis.gaps.begin(), gaps.begin(), gaps.end());
  return diagnosis;
}

}  // namespace gradclinic
