#include "gradclinic/lab/figures.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "lab/synthetic.h"

namespace gradclinic {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::string figure(const std::string& body) {
  return R"(
[experiment]
id = "made-up"
title = "Made up"
[factors]
"model.activation" = ["relu", "tanh"]
"train.lr" = [0.001, 0.01, 0.1, 1]
[[figure]]
)" + body;
}

/// Puts the same kind of series into every run; `y` says its values.
ExperimentRuns with_series(const std::string& toml, int seeds,
                           const std::function<Points(const Cell&, int seed)>& series) {
  ExperimentRuns runs = synthetic(toml, seeds, [](const Cell&, int, const std::string&) { return 0.0; });
  for (std::size_t cell = 0; cell < runs.cells.size(); ++cell)
    for (int seed = 0; seed < seeds; ++seed)
      for (auto& [key, points] : runs.results[cell][seed]->extracts) points = series(runs.cells[cell], seed);
  return runs;
}

Figure drawn(const ExperimentRuns& runs) { return draw(runs.experiment.figures.front(), runs, 1); }

TEST(Figures, ByLayerHasACurvePerCellWithItsBand) {
  const std::string toml = figure(R"(kind = "by-layer"
quantity = "weight_grad.l2"
at = "start"
scale = "log"
title = "Gradients"
note = "mind the scale"
where = {"train.lr" = 0.01})");
  const ExperimentRuns runs = with_series(toml, 5, [](const Cell& cell, int seed) -> Points {
    const double scale = cell.factors.at("model.activation") == "relu" ? 1 : 10;
    return {{1, 2, 3}, {scale * seed, scale, scale * 2 * seed}};
  });
  const Figure result = drawn(runs);
  EXPECT_EQ(result.kind, "by-layer");
  EXPECT_EQ(result.title, "Gradients");
  EXPECT_EQ(result.note, "mind the scale");
  EXPECT_EQ(result.x_label, "layer");
  EXPECT_EQ(result.id, "1-weight-grad-l2-by-layer");
  EXPECT_TRUE(result.log_y);
  EXPECT_EQ(result.seeds, 5);
  ASSERT_EQ(result.curves.size(), 2U);
  EXPECT_EQ(result.curves[0].label, "relu") << "only what differs";
  EXPECT_EQ(result.curves[1].label, "tanh");
  EXPECT_EQ(result.curves[0].x, (std::vector<double>{1, 2, 3}));
  EXPECT_EQ(result.curves[0].median, (std::vector<double>{2, 1, 4}));
  EXPECT_EQ(result.curves[0].low, (std::vector<double>{1, 1, 2}));
  EXPECT_EQ(result.curves[1].high, (std::vector<double>{30, 10, 60}));
}

TEST(Figures, ByStepThinsAndKeepsTheLastStep) {
  const std::string toml = figure("kind = \"by-step\"\nquantity = \"loss\"\nwhere = {\"model.activation\" = \"relu\"}");
  const ExperimentRuns runs = with_series(toml, 3, [](const Cell&, int) {
    Points points;
    for (int step = 0; step < 5000; ++step) {
      points.x.push_back(step);
      points.y.push_back(5000 - step);
    }
    return points;
  });
  const Figure result = drawn(runs);
  ASSERT_EQ(result.curves.size(), 4U);
  const Curve& curve = result.curves.front();
  EXPECT_LE(curve.x.size(), 201U);
  EXPECT_GE(curve.x.size(), 150U);
  EXPECT_EQ(curve.x.front(), 0);
  EXPECT_EQ(curve.x.back(), 4999);
  for (std::size_t i = 0; i < curve.x.size(); ++i) EXPECT_EQ(curve.median[i], 5000 - curve.x[i]);
  EXPECT_EQ(curve.label, "lr 0.001");
}

TEST(Figures, ADivergedRunStaysTheWorstToTheEnd) {
  const std::string toml = figure("kind = \"by-step\"\nquantity = \"loss\"");
  ExperimentRuns runs = with_series(toml, 4, [](const Cell&, int seed) -> Points {
    if (seed == 0) return {{0, 1, 2}, {1, 50, kNaN}};
    return {{0, 1, 2, 3}, {1, 1, 1, 1.0 * seed}};
  });
  for (auto& cell : runs.results) cell[0]->outcome.status = "diverged";
  const Curve curve = drawn(runs).curves.front();
  EXPECT_EQ(curve.x, (std::vector<double>{0, 1, 2, 3}));
  EXPECT_EQ(curve.median[3], 2.5) << "1, 2, 3 and Inf";
  EXPECT_EQ(curve.high[3], kInfinity);
  EXPECT_EQ(curve.median[2], 1);
}

TEST(Figures, AShorterRunThatDidNotDivergeIsLeftOutAfterItsEnd) {
  const std::string toml = figure("kind = \"by-step\"\nquantity = \"loss\"");
  const ExperimentRuns runs = with_series(toml, 3, [](const Cell&, int seed) -> Points {
    if (seed == 0) return {{0}, {100}};
    return {{0, 1}, {1, 2.0 * seed}};
  });
  EXPECT_EQ(drawn(runs).curves.front().median[1], 3);
}

TEST(Figures, ByFactorUsesNumbersAndALogAxisWhereTheyAre) {
  const std::string toml = figure("kind = \"by-factor\"\nquantity = \"loss\"\nat = \"final\"\nx = \"train.lr\"");
  const ExperimentRuns runs = synthetic(toml, 4, [](const Cell& cell, int seed, const std::string&) {
    return (cell.factors.at("model.activation") == "relu" ? 1 : 2) * std::stod(cell.factors.at("train.lr")) * seed;
  });
  const Figure result = drawn(runs);
  ASSERT_EQ(result.curves.size(), 2U);
  EXPECT_EQ(result.curves[1].label, "tanh");
  EXPECT_EQ(result.curves[1].x, (std::vector<double>{0.001, 0.01, 0.1, 1}));
  EXPECT_DOUBLE_EQ(result.curves[1].median[3], 3);
  EXPECT_TRUE(result.log_x);
  EXPECT_TRUE(result.x_names.empty());
  EXPECT_EQ(result.x_label, "lr");
}

TEST(Figures, ByFactorNamesWhatIsNoNumber) {
  const std::string toml =
      figure("kind = \"by-factor\"\nquantity = \"loss\"\nat = \"final\"\nx = \"model.activation\"");
  const ExperimentRuns runs = synthetic(toml, 4, [](const Cell&, int seed, const std::string&) { return 1.0 * seed; });
  const Figure result = drawn(runs);
  EXPECT_EQ(result.x_names, (std::vector<std::string>{"relu", "tanh"}));
  ASSERT_EQ(result.curves.size(), 4U);
  EXPECT_EQ(result.curves[0].x, (std::vector<double>{0, 1}));
  EXPECT_FALSE(result.log_x);
}

TEST(Figures, AHeatmapHasAMedianPerPairOfValues) {
  const std::string toml =
      figure("kind = \"heatmap\"\nquantity = \"loss\"\nat = \"final\"\nx = \"train.lr\"\ny = \"model.activation\"");
  const ExperimentRuns runs = synthetic(toml, 3, [](const Cell& cell, int seed, const std::string&) {
    if (cell.factors.at("train.lr") == "1.0") return seed == 0 ? 1.0 : kInfinity;
    return (cell.factors.at("model.activation") == "relu" ? 1.0 : 2.0) + seed;
  });
  const Figure result = drawn(runs);
  EXPECT_EQ(result.x_names, (std::vector<std::string>{"0.001", "0.01", "0.1", "1.0"}));
  EXPECT_EQ(result.y_names, (std::vector<std::string>{"relu", "tanh"}));
  ASSERT_EQ(result.cells.size(), 2U);
  EXPECT_EQ(result.cells[0], (std::vector<double>{2, 2, 2, kInfinity}));
  EXPECT_EQ(result.cells[1][0], 3);
  EXPECT_TRUE(result.curves.empty());
}

}  // namespace
}  // namespace gradclinic
