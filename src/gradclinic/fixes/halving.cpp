#include "gradclinic/fixes/halving.h"

#include <algorithm>
#include <numeric>

#include "gradclinic/support/statistics.h"

namespace gradclinic {

std::vector<std::size_t> by_median(const Contest& contest, std::vector<std::size_t> who, int seeds) {
  std::vector<double> medians(contest.contenders);
  for (const std::size_t one : who) {
    std::vector<double> values;
    for (int seed = 0; seed < seeds; ++seed) values.push_back(contest.badness(one, seed));
    medians[one] = median(values);
  }
  std::ranges::stable_sort(who, {}, [&](std::size_t one) { return medians[one]; });
  return who;
}

namespace {

/// Those that are not clearly worse than the first on at least one seed.
std::vector<std::size_t> without_losers(const Contest& contest, std::vector<std::size_t> ranked, int seeds) {
  const std::size_t best = ranked.front();
  std::erase_if(ranked, [&](std::size_t one) {
    int lost = 0;
    for (int seed = 0; seed < seeds; ++seed) lost += contest.clearly_worse(one, best, seed) ? 1 : 0;
    return lost == seeds;
  });
  return ranked;
}

}  // namespace

std::vector<std::size_t> halve(const Contest& contest, int seeds_done) {
  std::vector<std::size_t> who(contest.contenders);
  std::iota(who.begin(), who.end(), std::size_t{0});
  if (who.empty()) return who;
  int done = seeds_done;
  while (true) {
    const int next = std::min(contest.seeds, done == 0 ? contest.first_seeds : seeds_done);
    if (next > done && !contest.attempt(who, done, next)) return {};
    done = next;
    who = by_median(contest, std::move(who), done);
    if (done == contest.seeds) return who;
    who = without_losers(contest, std::move(who), done);
    if (who.size() > contest.most_finalists) who.resize(contest.most_finalists);
    seeds_done = 2 * done;
  }
}

}  // namespace gradclinic
