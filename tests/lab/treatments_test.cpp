#include "gradclinic/lab/treatments.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "lab/synthetic.h"

namespace gradclinic {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::string treatment(const std::string& more = "") {
  return R"(
[experiment]
id = "made-up"
title = "Made up"
[factors]
"model.norm" = ["none", "batch"]
"model.depth" = [5, 20, 100]
[[treatment]]
pathology = "vanishing gradients"
fix = "batch normalization"
patient = {"model.norm" = "none"}
treated = {"model.norm" = "batch"}
outcome = "loss final"
mechanism = "weight_grad.l2 first/last at start"
)" + more;
}

TreatmentResult assessed(const ExperimentRuns& runs) { return assess(runs.experiment.treatments.front(), runs); }

TEST(Treatments, AFixThatHelpsEverywhere) {
  const ExperimentRuns runs = synthetic(treatment(), 20, [](const Cell& cell, int seed, const std::string& measure) {
    const bool treated = cell.factors.at("model.norm") == "batch";
    if (measure != "loss final") return treated ? 0.5 : 2e-8;
    return (1 + seed) * (treated ? 0.25 : 1.0);
  });
  const TreatmentResult row = assessed(runs);
  EXPECT_EQ(row.experiment, "made-up");
  EXPECT_EQ(row.pathology, "vanishing gradients");
  EXPECT_EQ(row.fix, "batch normalization");
  EXPECT_EQ(row.patient, "norm none");
  EXPECT_EQ(row.outcome, "loss final");
  EXPECT_EQ(row.verdict, Verdict::supported);
  EXPECT_DOUBLE_EQ(row.effect, 0.25);
  EXPECT_DOUBLE_EQ(row.low, 0.25);
  EXPECT_DOUBLE_EQ(row.high, 0.25);
  EXPECT_EQ(row.pairs, 20);
  EXPECT_EQ(row.mechanism, "weight_grad.l2 first/last at start goes from 2e-8 to 0.5");
  EXPECT_EQ(row.side_effects, "");
  EXPECT_EQ(row.fails_where, "");
}

TEST(Treatments, NamesWhereItFailsInTheExperimentsOrder) {
  const ExperimentRuns runs = synthetic(treatment(), 10, [](const Cell& cell, int seed, const std::string&) {
    if (cell.factors.at("model.norm") == "none") return 1.0;
    if (cell.factors.at("model.depth") == "100") return 2.0;
    if (cell.factors.at("model.depth") == "20") return seed % 2 == 0 ? 1.1 : 0.9;
    return 0.5;
  });
  const TreatmentResult row = assessed(runs);
  EXPECT_EQ(row.fails_where.find("depth 20: no proven gain"), 0U) << row.fails_where;
  EXPECT_NE(row.fails_where.find("; depth 100: makes it worse (ratio 2, 2 to 2)"), std::string::npos)
      << row.fails_where;
  EXPECT_EQ(row.fails_where.find("depth 5:"), std::string::npos) << row.fails_where;
}

TEST(Treatments, BelowOneIsBetterAlsoWhereMoreIsBetter) {
  const std::string toml = treatment("better = \"greater\"\nside_effect = \"loss spread\"\n");
  const ExperimentRuns runs = synthetic(toml, 10, [](const Cell& cell, int, const std::string& measure) {
    const bool treated = cell.factors.at("model.norm") == "batch";
    if (measure == "loss spread") return treated ? 0.3 : 0.1;
    return treated ? 0.8 : 0.4;
  });
  const TreatmentResult row = assessed(runs);
  EXPECT_DOUBLE_EQ(row.effect, 0.5);
  EXPECT_EQ(row.verdict, Verdict::supported);
  EXPECT_EQ(row.side_effects, "loss spread goes from 0.1 to 0.3");
}

TEST(Treatments, CountsDivergedRunsWithAnInterval) {
  ExperimentRuns runs = synthetic(treatment(), 10, [](const Cell& cell, int, const std::string&) {
    return cell.factors.at("model.norm") == "none" ? kNaN : 1.0;
  });
  for (std::size_t cell = 0; cell < runs.cells.size(); ++cell)
    for (auto& result : runs.results[cell])
      if (runs.cells[cell].factors.at("model.norm") == "none") result->outcome.status = "diverged";
  const TreatmentResult row = assessed(runs);
  EXPECT_EQ(row.effect, 0);
  EXPECT_EQ(row.verdict, Verdict::supported);
  EXPECT_EQ(
      row.side_effects,
      "diverges in 0 of 30 runs (95 % interval 0 to 12 %), untreated in 30 of 30 runs (95 % interval 88 to 100 %)");
}

TEST(Treatments, CostIsTheRatioOfTimesPerStep) {
  ExperimentRuns runs = synthetic(treatment(), 10, [](const Cell&, int, const std::string&) { return 1.0; });
  for (std::size_t cell = 0; cell < runs.cells.size(); ++cell)
    for (auto& result : runs.results[cell])
      result->outcome.seconds = runs.cells[cell].factors.at("model.norm") == "batch" ? 0.3 : 0.2;
  const TreatmentResult row = assessed(runs);
  EXPECT_NEAR(row.cost, 1.5, 1e-12);
  EXPECT_EQ(row.verdict, Verdict::refuted) << "the very same losses: it does not help";
}

TEST(Treatments, WithoutRunsThereIsNoEffect) {
  ExperimentRuns runs = synthetic(treatment(), 10, [](const Cell&, int, const std::string&) { return 1.0; });
  for (auto& cell : runs.results) cell.assign(10, std::nullopt);
  const TreatmentResult row = assessed(runs);
  EXPECT_TRUE(std::isnan(row.effect));
  EXPECT_EQ(row.verdict, Verdict::inconclusive);
  EXPECT_EQ(row.pairs, 0);
}

}  // namespace
}  // namespace gradclinic
