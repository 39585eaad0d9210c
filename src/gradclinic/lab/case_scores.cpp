#include "gradclinic/lab/case_scores.h"

#include <algorithm>
#include <mutex>
#include <thread>

#include "gradclinic/diagnosis/doctor.h"
#include "gradclinic/record/run.h"
#include "gradclinic/support/error.h"

namespace gradclinic {
namespace {

void judge_one(JudgedCase& judged, const CaseOptions& options) {
  try {
    MemoryRecorder recorder;
    run(judged.labelled.spec, recorder, options.stop);
    judged.diagnosis = diagnose(recorder.record(), {.probe = options.probe,
                                                    .folder = judged.labelled.spec.folder,
                                                    .trials = {.threads = 1, .stop = options.stop}});
  } catch (const Error& error) {
    judged.error = error.what();
  }
}

}  // namespace

bool JudgedCase::right_cause() const {
  const Finding* cause = diagnosis.cause();
  return called_sick() && cause &&
         (cause->pathology == labelled.cause || std::ranges::count(labelled.accept, cause->pathology) > 0);
}

std::vector<JudgedCase> judge_cases(const std::vector<Case>& cases, const CaseOptions& options) {
  std::vector<JudgedCase> judged;
  for (const Case& labelled : cases) judged.push_back({labelled, {}, {}});
  std::atomic<std::size_t> next = 0;
  std::size_t done = 0;
  std::mutex reporting;
  const auto work = [&] {
    for (std::size_t i = next++; i < judged.size(); i = next++) {
      if (options.stop && options.stop->load()) return;
      judge_one(judged[i], options);
      const std::lock_guard lock(reporting);
      ++done;
      if (options.on_progress) options.on_progress(done, judged.size());
    }
  };
  std::vector<std::thread> threads;
  for (int i = 1; i < options.threads; ++i) threads.emplace_back(work);
  work();
  for (std::thread& thread : threads) thread.join();
  return judged;
}

CaseScores score_cases(const std::vector<JudgedCase>& cases, const std::function<bool(const JudgedCase&)>& belongs) {
  CaseScores scores;
  for (const JudgedCase& judged : cases) {
    if (!belongs(judged)) continue;
    if (judged.labelled.verdict == "sick") {
      ++scores.sick;
      scores.recalled += judged.called_sick() ? 1 : 0;
      scores.right_causes += judged.right_cause() ? 1 : 0;
    } else {
      ++scores.healthy;
      scores.false_alarms += judged.called_sick() || !judged.error.empty() ? 1 : 0;
    }
  }
  return scores;
}

}  // namespace gradclinic
