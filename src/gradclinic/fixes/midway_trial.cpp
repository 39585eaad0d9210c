#include "gradclinic/fixes/midway_trial.h"

#include <algorithm>

#include "gradclinic/fixes/steps.h"
#include "gradclinic/instruments/watch.h"
#include "gradclinic/record/recorder.h"
#include "gradclinic/support/error.h"
#include "gradclinic/support/parallel.h"
#include "gradclinic/train/train.h"

namespace gradclinic {
namespace {

/// Fixes that keep the weights: those suggested, else all.
std::vector<const Fix*> midway_fixes(const Diagnosis& diagnosis) {
  std::vector<const Fix*> fixes;
  for (const std::string& id : suggested_fixes(diagnosis, 0))
    if (const Fix* fix = find_fix(id); fix && fix->keeps_weights()) fixes.push_back(fix);
  if (fixes.empty())
    for (const Fix& fix : all_fixes())
      if (fix.keeps_weights()) fixes.push_back(&fix);
  return fixes;
}

/// All runs, side by side: `courses[change][seed]`.
void train_all(const Spec& spec, const std::vector<MidwayChange>& changes, std::int64_t from,
               const TrialOptions& options, std::vector<std::vector<Course>>& courses) {
  const auto seeds = static_cast<std::size_t>(options.seeds);
  courses.assign(changes.size(), std::vector<Course>(seeds));
  in_parallel(changes.size() * seeds, options.threads, [&](std::size_t i) {
    Spec seeded = spec;
    seeded.seed += i % seeds;
    courses[i / seeds][i % seeds] = midway_course(seeded, changes[i / seeds], from, options.stop);
  });
}

}  // namespace

Course midway_course(const Spec& spec, const MidwayChange& change, std::int64_t from, const std::atomic<bool>* stop) {
  Spec watched = spec;
  watched.watch = {.every = 0, .surveys = WatchSpec{}.surveys};
  MemoryRecorder recorder;
  Watch watch(recorder, course_gauges());
  MidwayTreatment treatment(change, from);
  recorder.finish(train(watched, &watch, &treatment, stop));
  return read_course(recorder.record());
}

MidwayReport try_midway(const Spec& spec, const Record& record, const Diagnosis& diagnosis, std::int64_t from,
                        const TrialOptions& options) {
  const Chart chart(record);
  if (from < 1 || from >= planned_steps(spec, chart))
    throw BadInput("--from", "not a step in the middle of the run", std::to_string(from),
                   "allowed: 1 to " + std::to_string(planned_steps(spec, chart) - 1));
  if (record.outcome.steps <= from)
    throw BadInput("--from", "the run ended before this step", std::to_string(from),
                   "it did " + std::to_string(record.outcome.steps) + " steps");
  Pilot pilot(chart, {.threads = options.threads, .work = options.work, .stop = options.stop});
  MidwayReport report{.from = from};
  std::vector<MidwayChange> changes(1);  // the first changes nothing
  for (const Fix* fix : midway_fixes(diagnosis)) {
    report.tried.push_back({.fix = fix->id, .change = fix->midway({spec, chart, pilot})});
    changes.push_back(report.tried.back().change);
  }
  std::vector<std::vector<Course>> courses;
  train_all(spec, changes, from, options, courses);
  report.interrupted = options.stop && options.stop->load();
  if (report.interrupted) report.tried.clear();
  if (report.interrupted) return report;
  report.untreated = courses[0];
  report.measure = measure_for(courses[0].front(), diagnosis);
  report.outcome = median_value(report.measure, courses[0]);
  std::vector<double> p_values;
  for (std::size_t i = 0; i < report.tried.size(); ++i) {
    MidwayTrial& trial = report.tried[i];
    trial.courses = courses[i + 1];
    trial.found = assess(report.measure, trial.courses, report.untreated);
    trial.rolled_back = !(trial.found.gain > 0);
    p_values.push_back(trial.found.p);
  }
  const std::vector<double> holm = holm_adjusted(p_values);
  for (std::size_t i = 0; i < holm.size(); ++i) {
    report.tried[i].holm = holm[i];
    report.tried[i].proven = is_proven(report.tried[i].found.gain, holm[i]);
  }
  std::ranges::stable_sort(report.tried, {}, [](const MidwayTrial& trial) { return -trial.found.gain; });
  return report;
}

}  // namespace gradclinic
