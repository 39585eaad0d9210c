#pragma once

#include <functional>
#include <vector>

namespace gradclinic {

/// Contenders of successive halving (Jamieson & Talwalkar 2016): all are tried on a few seeds, those that clearly lose
/// are dropped, the others get twice the seeds, and so on to the last.
struct Contest {
  std::size_t contenders = 0;
  int seeds = 1;
  int first_seeds = 2;                                        ///< those of the first round
  std::size_t most_finalists = static_cast<std::size_t>(-1);  ///< after the first round, the best so many go on
  /// Tries contenders on the seeds from `from` up to, not including, `to`. False: stop here.
  std::function<bool(const std::vector<std::size_t>& who, int from, int to)> attempt;
  /// What a contender ended with on a seed; less is better.
  std::function<double(std::size_t who, int seed)> badness;
  /// Whether it was clearly worse than another on a seed.
  std::function<bool(std::size_t who, std::size_t other, int seed)> clearly_worse;
};

/// Runs the contest from `seeds_done` seeds on and returns who was tried on all seeds, the best median first (of equal
/// ones the first contender). After each round contenders are dropped that were clearly worse than the best one, by
/// the median so far, on every seed so far: whoever wins on most seeds stays. Empty when an attempt said stop.
std::vector<std::size_t> halve(const Contest& contest, int seeds_done = 0);

/// Contenders by their median badness over the first `seeds` seeds, the best first.
std::vector<std::size_t> by_median(const Contest& contest, std::vector<std::size_t> who, int seeds);

}  // namespace gradclinic
