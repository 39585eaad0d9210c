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
  std::int64_t right_causes = 0;  ///< sick, called sick, the first cause right
};

/// Scores of the cases for which `belongs` holds; those that could not be judged count as wrong.
CaseScores score_cases(const std::vector<JudgedCase>& cases, const std::function<bool(const JudgedCase&)>& belongs);

}  // namespace gradclinic
