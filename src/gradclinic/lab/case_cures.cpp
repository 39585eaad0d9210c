#include "gradclinic/lab/case_cures.h"

#include <algorithm>
#include <mutex>

#include "gradclinic/diagnosis/doctor.h"
#include "gradclinic/diagnosis/shortfall.h"
#include "gradclinic/fixes/trial.h"
#include "gradclinic/record/run.h"
#include "gradclinic/support/error.h"
#include "gradclinic/support/parallel.h"

namespace gradclinic {
namespace {

constexpr double kClearlyWorse = 1;

std::vector<Course> base_courses(const Spec& base, const CureOptions& options) {
  std::vector<std::vector<Change>> changes;
  for (int seed = 0; seed < options.seeds; ++seed)
    changes.push_back({{"seed", std::to_string(base.seed + static_cast<std::uint64_t>(seed))}});
  std::vector<Course> courses;
  for (Counterfactual& result : carry_out(base, changes, {.work = options.work, .stop = options.stop}))
    courses.push_back(std::move(result.course));
  return courses;
}

double median_shortfall(const std::vector<Course>& courses, const std::vector<Course>& base) {
  std::vector<double> all;
  for (std::size_t seed = 0; seed < courses.size(); ++seed)
    all.push_back(courses[seed].empty() || base[seed].empty()
                      ? std::numeric_limits<double>::infinity()
                      : shortfall(courses[seed], courses[seed].last().step, base[seed], base[seed].last().step));
  return median(all);
}

Diagnosis diagnose_again(const Spec& spec, const CureOptions& options) {
  MemoryRecorder recorder;
  run(spec, recorder, options.stop);
  return diagnose(recorder.record(), {.folder = spec.folder, .trials = {.stop = options.stop}});
}

void treat(const JudgedCase& judged, CuredCase& cured, const CureOptions& options) {
  const Spec& spec = judged.labelled.spec;
  MemoryRecorder recorder;
  run(spec, recorder, options.stop);
  const TrialReport report =
      try_fixes(spec, recorder.record(), judged.diagnosis,
                {.seeds = options.seeds, .work = options.work, .examine = false, .stop = options.stop});
  if (report.tried.empty() || report.random.empty()) return;
  const std::vector<Course> base = base_courses(judged.labelled.base_spec, options);
  const TriedFix& best = report.tried.front();
  const TriedFix& random = report.random.front();
  cured.fixes = best.candidate.fixes;
  for (const Change& change : random.candidate.changes)
    cured.random_changes.push_back(change.key + " = " + change.value);
  cured.shortfall = median_shortfall(best.courses, base);
  cured.random_shortfall = median_shortfall(random.courses, base);
  cured.cured = cured.shortfall < kClearlyWorse;
  cured.random_cured = cured.random_shortfall < kClearlyWorse;
  cured.healthy_after = diagnose_again(best.fixed, options).verdict == Health::healthy;
}

}  // namespace

std::vector<CuredCase> cure_cases(const std::vector<JudgedCase>& cases, const CureOptions& options) {
  std::vector<const JudgedCase*> sick;
  for (const JudgedCase& judged : cases)
    if (judged.labelled.verdict == "sick") sick.push_back(&judged);
  std::vector<CuredCase> cured(sick.size());
  std::vector<char> finished(sick.size());
  std::size_t done = 0;
  std::mutex reporting;
  const auto stopped = [&] { return options.stop && options.stop->load(); };
  in_parallel(sick.size(), options.threads, [&](std::size_t i) {
    if (stopped()) return;
    cured[i].id = sick[i]->labelled.id;
    cured[i].held_out = sick[i]->labelled.held_out;
    try {
      treat(*sick[i], cured[i], options);
    } catch (const Error& error) {
      cured[i].error = error.what();
    }
    if (stopped()) return;
    const std::lock_guard lock(reporting);
    finished[i] = 1;
    if (options.on_progress) options.on_progress(++done, sick.size());
  });
  std::vector<CuredCase> kept;
  for (std::size_t i = 0; i < sick.size(); ++i)
    if (finished[i]) kept.push_back(std::move(cured[i]));
  return kept;
}

CureScores score_cures(const std::vector<CuredCase>& cases, const std::function<bool(const CuredCase&)>& belongs) {
  CureScores scores;
  for (const CuredCase& one : cases) {
    if (!belongs(one)) continue;
    ++scores.sick;
    scores.cured += one.cured ? 1 : 0;
    scores.random_cured += one.random_cured ? 1 : 0;
    scores.healthy_after += one.healthy_after ? 1 : 0;
    scores.only_fix += one.cured && !one.random_cured ? 1 : 0;
    scores.only_random += one.random_cured && !one.cured ? 1 : 0;
  }
  const std::int64_t differing = scores.only_fix + scores.only_random;
  if (differing > 0)
    scores.p = std::min(1.0, 2 * binomial_at_most(std::min(scores.only_fix, scores.only_random), differing, 0.5));
  return scores;
}

}  // namespace gradclinic
