#pragma once

#include <limits>
#include <string>
#include <vector>

#include "gradclinic/diagnosis/counterfactual.h"
#include "gradclinic/diagnosis/finding.h"

namespace gradclinic {

/// A change that was tried, and what became of it.
struct TriedChange {
  std::vector<Change> changes;
  Counterfactual result;
};

/// A pathology that has left traces, and its removals as far as they were tried.
struct Suspect {
  const Pathology* pathology = nullptr;
  Finding finding;
  std::vector<TriedChange> tried;
  double restored = std::numeric_limits<double>::quiet_NaN();  ///< the most that any of these restores; NaN: untried
};

/// A removal that restores less than this does not confirm its suspect.
inline constexpr double kConfirms = 0.5;

/// Whether a training fails, and what it is held against.
struct Judgement {
  bool failing = false;
  bool untold = false;                   ///< neither can be said: the loss tells nothing
  std::string reason;                    ///< one sentence
  double shortfall = 0;                  ///< against the best change; see shortfall.h. NaN where nothing was tried
  bool tells_apart = true;               ///< false where nothing is learned and nothing tried helps
  const Counterfactual* best = nullptr;  ///< null when nothing was tried or nothing could be run
};

Judgement judge(const Chart& chart, const std::vector<Suspect>& suspects, const std::vector<TriedChange>& references);

/// Share of the shortfall that a tried change makes good: 1 is as good as the best. NaN without a best.
double restored(const Chart& chart, const Counterfactual& tried, const Judgement& judgement);

/// Fills in what each suspect's removals restore.
void weigh(const Chart& chart, const Judgement& judgement, std::vector<Suspect>& suspects);

/// Everything that was tried, for the report.
std::vector<Trial> trials_of(const Chart& chart, const std::vector<Suspect>& suspects,
                             const std::vector<TriedChange>& references, const Judgement& judgement);

}  // namespace gradclinic
