#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "gradclinic/diagnosis/finding.h"
#include "gradclinic/spec/case.h"

namespace gradclinic {

/// A labelled case and what the doctor said of it.
struct JudgedCase {
  Case labelled;
  Diagnosis diagnosis;
  std::string error;  ///< why the case could not be judged; empty otherwise

  bool called_sick() const { return diagnosis.verdict == Health::sick; }
  /// A sick case called sick with a cause that the label names or accepts.
  bool right_cause() const;
  /// The same with the cause that the label names, no other.
  bool named_cause() const;
};

/// How cases are judged.
struct CaseOptions {
  int threads = 1;
  bool probe = true;
  const std::atomic<bool>* stop = nullptr;
  std::function<void(std::size_t done, std::size_t total)> on_progress;  ///< calls do not overlap
};

/// Trains every case and has the doctor judge its record, cases side by side, each on one thread. In the order given.
std::vector<JudgedCase> judge_cases(const std::vector<Case>& cases, const CaseOptions& options);

/// How well the doctor did on some cases; each share with its exact 95 % interval.
struct CaseScores {
  std::int64_t sick = 0;          ///< cases labelled sick
  std::int64_t recalled = 0;      ///< of these called sick
  std::int64_t healthy = 0;       ///< cases labelled healthy
  std::int64_t false_alarms = 0;  ///< of these called sick
  std::int64_t right_causes = 0;  ///< sick, called sick, the first cause one that the label names or accepts
  std::int64_t named_causes = 0;  ///< likewise, the one that the label names
};

/// Scores of the cases for which `belongs` holds; those that could not be judged count as wrong.
CaseScores score_cases(const std::vector<JudgedCase>& cases, const std::function<bool(const JudgedCase&)>& belongs);

/// What calling every case sick of it that has this much confidence at least would come to.
struct RocPoint {
  double threshold = 0;
  double recall = 0;        ///< share of the cases labelled with it
  double false_alarms = 0;  ///< share of those whose label neither names nor accepts it
};

/// How well the doctor's confidence in a pathology tells the cases that have it from all others.
struct PathologyScore {
  std::string pathology;
  int labelled = 0;  ///< cases whose label names it
  int told = 0;      ///< of these, where it is among the findings
  /// Area under the receiver operating characteristic (Hanley & McNeil 1982): the probability that a case labelled with
  /// it has more confidence in it than one whose label neither names nor accepts it, ties counting half.
  double roc_area = 0;
  std::vector<RocPoint> roc;  ///< from the highest threshold that is reached to 0
};

/// For every pathology that some label names, in alphabetical order.
std::vector<PathologyScore> score_pathologies(const std::vector<JudgedCase>& cases);

}  // namespace gradclinic
