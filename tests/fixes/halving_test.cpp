#include "gradclinic/fixes/halving.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace gradclinic {
namespace {

struct Played {
  std::vector<std::size_t> finalists;
  std::vector<int> tried;  ///< seeds by contender
};

/// A contest whose outcomes are known beforehand.
Played play(const std::vector<std::vector<double>>& outcomes, int stop_after = 1000) {
  Played played;
  played.tried.resize(outcomes.size());
  Contest contest{.contenders = outcomes.size(), .seeds = static_cast<int>(outcomes.front().size())};
  int attempts = 0;
  contest.attempt = [&](const std::vector<std::size_t>& who, int from, int to) {
    for (const std::size_t one : who) {
      EXPECT_EQ(played.tried[one], from) << "no seed is left out";
      played.tried[one] = to;
    }
    return ++attempts < stop_after;
  };
  contest.badness = [&](std::size_t who, int seed) {
    EXPECT_LT(seed, played.tried[who]) << "looked at before it was tried";
    return outcomes[who][static_cast<std::size_t>(seed)];
  };
  contest.clearly_worse = [&](std::size_t who, std::size_t other, int seed) {
    const auto at = static_cast<std::size_t>(seed);
    return outcomes[who][at] > outcomes[other][at] + 0.25;
  };
  played.finalists = halve(contest);
  return played;
}

TEST(Halving, NeverDropsAClearWinner) {
  std::mt19937 random(1);
  std::uniform_real_distribution<double> noise(-0.1, 0.1);
  for (int trial = 0; trial < 500; ++trial) {
    std::vector<std::vector<double>> outcomes(8, std::vector<double>(5));
    const std::size_t winner = random() % outcomes.size();
    for (std::size_t one = 0; one < outcomes.size(); ++one)
      for (double& outcome : outcomes[one]) outcome = (one == winner ? 0.2 : 0.8) + noise(random);
    outcomes[winner][random() % 2] = 1;  // one bad seed at the very start
    const Played played = play(outcomes);
    ASSERT_FALSE(played.finalists.empty());
    EXPECT_EQ(played.finalists.front(), winner);
  }
}

TEST(Halving, SpendsTheFirstSeedsOnlyOnWhatClearlyLoses) {
  const Played played = play({{0.1, 0.1, 0.1, 0.1, 0.1}, {0.9, 0.9, 0, 0, 0}, {0.2, 0.2, 0.2, 0.2, 0.2}});
  EXPECT_EQ(played.tried, (std::vector<int>{5, 2, 5}));
  EXPECT_EQ(played.finalists, (std::vector<std::size_t>{0, 2}));
}

TEST(Halving, KeepsAllWhenNoneClearlyLoses) {
  const Played played = play({{0.3, 0.3, 0.3}, {0.2, 0.2, 0.2}, {0.1, 0.1, 0.1}});
  EXPECT_EQ(played.finalists, (std::vector<std::size_t>{2, 1, 0}));
}

TEST(Halving, EndsWithoutFinalistsWhenStopped) {
  EXPECT_TRUE(play({{0.3, 0.3, 0.3}, {0.2, 0.2, 0.2}}, 1).finalists.empty());
}

}  // namespace
}  // namespace gradclinic
