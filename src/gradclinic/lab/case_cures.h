#pragma once

#include "gradclinic/lab/case_scores.h"

namespace gradclinic {

/// What became of a treated sick case.
struct CuredCase {
  std::string id;
  bool held_out = false;
  std::vector<std::string> fixes;  ///< the best one's; empty where the doctor called the case healthy, or none applies
  std::vector<std::string> random_changes;  ///< the best random change's: "train.lr = 0.1"
  double shortfall = 0;                     ///< of the best fix against the case's base, median over the seeds
  double random_shortfall = 0;
  bool cured = false;  ///< the shortfall is below 1: no longer clearly worse than the base
  bool random_cured = false;
  bool healthy_after = false;  ///< the doctor's verdict of the fixed spec
  std::string error;           ///< why the case could not be treated; empty otherwise
};

/// How cases are treated.
struct CureOptions {
  int threads = 1;
  int seeds = 3;
  double work = 5e10;  ///< floating-point operations that one training may take; see estimated_work
  const std::atomic<bool>* stop = nullptr;
  std::function<void(std::size_t done, std::size_t total)> on_progress;  ///< calls do not overlap
};

/// Tries fixes on every sick case as `gradclinic fix` does, by the diagnosis that it got, and random changes for as
/// much work; the best of each by the trials alone is then held against the case's healthy base on the same seeds.
/// Cases side by side, each on one thread; in the order given. When stopped, what was finished.
std::vector<CuredCase> cure_cases(const std::vector<JudgedCase>& cases, const CureOptions& options);

/// How many cases were cured, and whether fixes beat the baseline on the same cases.
struct CureScores {
  std::int64_t sick = 0;
  std::int64_t cured = 0;
  std::int64_t random_cured = 0;
  std::int64_t healthy_after = 0;
  std::int64_t only_fix = 0;     ///< cured by the fix and not by the random change
  std::int64_t only_random = 0;  ///< the other way round
  double p = 1;                  ///< exact two-sided McNemar test of these two (McNemar 1947): a sign test
};

CureScores score_cures(const std::vector<CuredCase>& cases, const std::function<bool(const CuredCase&)>& belongs);

}  // namespace gradclinic
