#include "gradclinic/lab/case_scores.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <set>

#include "gradclinic/diagnosis/doctor.h"
#include "gradclinic/record/run.h"
#include "gradclinic/support/error.h"
#include "gradclinic/support/parallel.h"

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

/// The doctor's confidence that a case has a pathology; 0 where it is not among the findings.
double confidence_in(const JudgedCase& judged, const std::string& pathology) {
  const std::vector<Finding>& findings = judged.diagnosis.findings;
  const auto found = std::ranges::find(findings, pathology, &Finding::pathology);
  return found == findings.end() ? 0 : found->confidence;
}

double roc_area(const std::vector<double>& with, const std::vector<double>& without) {
  double wins = 0;
  for (double one : with)
    for (double other : without) wins += one > other ? 1 : one == other ? 0.5 : 0;
  return wins / (static_cast<double>(with.size()) * static_cast<double>(without.size()));
}

double share_above(const std::vector<double>& values, double threshold) {
  return static_cast<double>(std::ranges::count_if(values, [&](double value) { return value >= threshold; })) /
         static_cast<double>(values.size());
}

std::vector<RocPoint> roc_curve(const std::vector<double>& with, const std::vector<double>& without) {
  std::set<double, std::greater<>> thresholds(with.begin(), with.end());
  thresholds.insert(without.begin(), without.end());
  thresholds.insert(0);
  std::vector<RocPoint> curve;
  for (const double threshold : thresholds)
    curve.push_back({threshold, share_above(with, threshold), share_above(without, threshold)});
  return curve;
}

}  // namespace

bool JudgedCase::named_cause() const {
  const Finding* cause = diagnosis.cause();
  return called_sick() && cause && cause->pathology == labelled.cause;
}

bool JudgedCase::right_cause() const {
  const Finding* cause = diagnosis.cause();
  return named_cause() || (called_sick() && cause && std::ranges::count(labelled.accept, cause->pathology) > 0);
}

std::vector<JudgedCase> judge_cases(const std::vector<Case>& cases, const CaseOptions& options) {
  std::vector<JudgedCase> judged;
  for (const Case& labelled : cases) judged.push_back({labelled, {}, {}});
  std::size_t done = 0;
  std::mutex reporting;
  in_parallel(judged.size(), options.threads, [&](std::size_t i) {
    if (options.stop && options.stop->load()) return;
    judge_one(judged[i], options);
    const std::lock_guard lock(reporting);
    ++done;
    if (options.on_progress) options.on_progress(done, judged.size());
  });
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
      scores.named_causes += judged.named_cause() ? 1 : 0;
    } else {
      ++scores.healthy;
      scores.false_alarms += judged.called_sick() || !judged.error.empty() ? 1 : 0;
    }
  }
  return scores;
}

std::vector<PathologyScore> score_pathologies(const std::vector<JudgedCase>& cases) {
  std::set<std::string> named;
  for (const JudgedCase& judged : cases)
    if (!judged.labelled.cause.empty()) named.insert(judged.labelled.cause);
  std::vector<PathologyScore> scores;
  for (const std::string& pathology : named) {
    PathologyScore score{.pathology = pathology};
    std::vector<double> with, without;
    for (const JudgedCase& judged : cases) {
      const double confidence = confidence_in(judged, pathology);
      if (judged.labelled.cause == pathology) {
        with.push_back(confidence);
        score.told += confidence > 0 ? 1 : 0;
      } else if (std::ranges::count(judged.labelled.accept, pathology) == 0) {
        without.push_back(confidence);
      }
    }
    score.labelled = static_cast<int>(with.size());
    score.roc_area = without.empty() ? std::nan("") : roc_area(with, without);
    if (!without.empty()) score.roc = roc_curve(with, without);
    scores.push_back(score);
  }
  return scores;
}

}  // namespace gradclinic
