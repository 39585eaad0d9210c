#include "gradclinic/diagnosis/chain.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace gradclinic {
namespace {

constexpr double kWorthTelling = 0.4;

Suspect suspect(const std::string& id, double confidence, double restored = NAN) {
  Suspect suspect;
  suspect.pathology = find_pathology(id);
  suspect.finding.pathology = id;
  suspect.finding.confidence = confidence;
  suspect.restored = restored;
  return suspect;
}

std::vector<Finding> chain_of(const std::vector<Suspect>& suspects, double shortfall = 2) {
  Judgement judgement;
  judgement.failing = true;
  judgement.shortfall = shortfall;
  return chain(suspects, judgement, kWorthTelling);
}

std::vector<std::string> ids(const std::vector<Finding>& findings) {
  std::vector<std::string> ids;
  for (const Finding& finding : findings) ids.push_back(finding.pathology);
  return ids;
}

using Ids = std::vector<std::string>;

TEST(Chain, TheIssuesExample) {
  const std::vector<Suspect> suspects = {suspect("loss-plateau", 0.45), suspect("vanishing-gradient", 0.6, 0.6),
                                         suspect("saturated-activation", 0.7, 0.8),
                                         suspect("unnormalized-input", 0.8, 1)};
  std::vector<int> order = {0, 1, 2, 3};
  do {
    std::vector<Suspect> ordered;
    for (int i : order) ordered.push_back(suspects[static_cast<std::size_t>(i)]);
    const std::vector<Finding> findings = chain_of(ordered);
    ASSERT_EQ(ids(findings), (Ids{"unnormalized-input", "saturated-activation", "vanishing-gradient", "loss-plateau"}));
    EXPECT_EQ(findings[0].role, "cause");
    EXPECT_EQ(findings[0].caused_by, "");
    for (std::size_t i = 1; i < findings.size(); ++i) {
      EXPECT_EQ(findings[i].role, "symptom");
      EXPECT_EQ(findings[i].caused_by, findings[i - 1].pathology);
    }
  } while (std::ranges::next_permutation(order).found);
}

TEST(Chain, OfTwoThatExplainAsMuchTheUpstreamOneIsNamed) {
  const Ids expected = {"bad-init-scale", "vanishing-gradient"};
  EXPECT_EQ(ids(chain_of({suspect("vanishing-gradient", 0.8, 1), suspect("bad-init-scale", 0.7, 1)})), expected);
  EXPECT_EQ(ids(chain_of({suspect("bad-init-scale", 0.7, 1), suspect("vanishing-gradient", 0.8, 1)})), expected);
}

TEST(Chain, AnUpstreamOneWhoseRemovalDoesNotHelpIsNotTheCause) {
  const std::vector<Finding> findings =
      chain_of({suspect("bad-init-scale", 0.9, 0.1), suspect("vanishing-gradient", 0.6, 1)});
  EXPECT_EQ(ids(findings), (Ids{"vanishing-gradient"})) << "nor is it told";
  EXPECT_EQ(chain_of({suspect("bad-init-scale", 0.9, -1), suspect("vanishing-gradient", 0.6, 1)})[0].pathology,
            "vanishing-gradient");
}

TEST(Chain, WhatWasTriedAndHelpsOutweighsWhatCouldNotBeTried) {
  EXPECT_EQ(chain_of({suspect("class-imbalance", 0.6), suspect("learning-rate-too-low", 0.6, 1)})[0].pathology,
            "learning-rate-too-low");
  EXPECT_EQ(chain_of({suspect("class-imbalance", 0.6), suspect("learning-rate-too-low", 0.6, 0.2)})[0].pathology,
            "class-imbalance");
}

TEST(Chain, ASuspicionIsToldOnlyAsTheCause) {
  EXPECT_EQ(ids(chain_of({suspect("learning-rate-too-high", 0.3, 1)})), (Ids{"learning-rate-too-high"}));
  EXPECT_EQ(ids(chain_of({suspect("learning-rate-too-high", 0.6, 1), suspect("loss-plateau", 0.3)})),
            (Ids{"learning-rate-too-high"}));
}

TEST(Chain, EverySymptomHangsBelowOneThatWasTold) {
  const std::vector<Finding> findings =
      chain_of({suspect("learning-rate-too-high", 0.9, 1), suspect("rank-collapse", 0.5, 0.2),
                suspect("divergence", 0.45), suspect("class-imbalance", 0.5), suspect("dead-relu", 0.8, 0.4)});
  ASSERT_EQ(findings.size(), 5U);
  Ids told;
  for (const Finding& finding : findings) {
    if (!told.empty()) {
      EXPECT_EQ(std::ranges::count(told, finding.caused_by), 1) << finding.pathology;
    }
    told.push_back(finding.pathology);
  }
  EXPECT_EQ(told, (Ids{"learning-rate-too-high", "dead-relu", "rank-collapse", "divergence", "class-imbalance"}))
      << "what follows from the cause first, by confidence";
}

TEST(Chain, SeverityIsTheShareLost) {
  EXPECT_EQ(chain_of({suspect("loss-plateau", 0.5)}, 2)[0].severity, 0.5);
  EXPECT_EQ(chain_of({suspect("loss-plateau", 0.5)}, 9)[0].severity, 1);
  EXPECT_EQ(chain_of({suspect("loss-plateau", 0.5)}, -3)[0].severity, 0);
}

TEST(Chain, OfNothingIsEmpty) { EXPECT_TRUE(chain_of({}).empty()); }

}  // namespace
}  // namespace gradclinic
