#include "gradclinic/lab/evaluate.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "gradclinic/lab/run_result.h"
#include "gradclinic/support/error.h"

namespace gradclinic {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

/// Three rows of loss, accuracy and a quantity of layers 1 to 3; a probe at steps 0 and 20.
Record record_with(const std::vector<float>& loss, const std::string& status = "finished") {
  Record record;
  Table& steps = record.tables["step"];
  steps.columns = {{"loss", 0}, {"accuracy", 0}, {"grad.l2", 1}, {"grad.l2", 2}, {"grad.l2", 3}};
  for (std::size_t row = 0; row < loss.size(); ++row) {
    steps.steps.push_back(static_cast<std::int64_t>(10 * row));
    const auto scale = static_cast<float>(row + 1);
    for (const float value : {loss[row], 0.5F + 0.1F * scale, 1 * scale, 4 * scale, 8 * scale * scale})
      steps.values.push_back(value);
  }
  Table& rank = record.tables["rank"];
  rank.columns = {{"rank", 2}};
  rank.steps = {0, 20};
  rank.values = {7, 5};
  record.outcome = {.status = status, .steps = 30, .final_loss = loss.back(), .seconds = 1};
  return record;
}

double value(const std::string& measure, const Record& record) {
  return evaluate(parse_measure(measure, "test"), record);
}

TEST(Evaluate, TakesTheMomentsOfASeries) {
  const Record record = record_with({3, 1, 2});
  EXPECT_EQ(value("loss", record), 2);
  EXPECT_EQ(value("loss final", record), 2);
  EXPECT_EQ(value("loss at start", record), 3);
  EXPECT_EQ(value("loss best", record), 1);
  EXPECT_EQ(value("loss max", record), 3);
  EXPECT_EQ(value("loss min", record), 1);
  EXPECT_EQ(value("loss mean", record), 2);
  EXPECT_EQ(value("loss median", record), 2);
  EXPECT_NEAR(value("loss spread", record), std::sqrt(2.0 / 3), 1e-12);
  EXPECT_NEAR(value("accuracy best", record), 0.8, 1e-6) << "more of an accuracy is better";
}

TEST(Evaluate, MakesLayersOneAtEachStep) {
  const Record record = record_with({3, 1, 2});
  EXPECT_EQ(value("grad.l2 first at start", record), 1);
  EXPECT_EQ(value("grad.l2 last final", record), 72);
  EXPECT_EQ(value("grad.l2 layer 2 final", record), 12);
  EXPECT_DOUBLE_EQ(value("grad.l2 first/last at start", record), 1.0 / 8);
  EXPECT_DOUBLE_EQ(value("grad.l2 first/last final", record), 3.0 / 72);
  EXPECT_DOUBLE_EQ(value("grad.l2 mean at start", record), 13.0 / 3);
  EXPECT_EQ(value("grad.l2 median at start", record), 4);
  EXPECT_EQ(value("grad.l2 max final", record), 72);
  EXPECT_EQ(value("grad.l2 min final", record), 3);
  EXPECT_EQ(value("rank layer 2 final", record), 5) << "from the table of its own schedule";
}

TEST(Evaluate, CountsStepsToAThreshold) {
  const Record record = record_with({3, 1, 2});
  EXPECT_EQ(value("steps to loss below 1.5", record), 10);
  EXPECT_EQ(value("steps to loss below 5", record), 0);
  EXPECT_EQ(value("steps to loss below 0.5", record), std::numeric_limits<double>::infinity());
  EXPECT_EQ(value("steps to grad.l2 last above 31", record), 10);
}

TEST(Evaluate, DivergenceIsAValue) {
  const Record diverged = record_with({3, 50, kNaN}, "diverged");
  EXPECT_TRUE(std::isnan(value("loss final", diverged)));
  EXPECT_TRUE(std::isnan(value("loss max", diverged)));
  EXPECT_TRUE(std::isnan(value("loss mean", diverged)));
  EXPECT_EQ(value("loss best", diverged), 3);
  EXPECT_EQ(value("loss min", diverged), 3);
  EXPECT_EQ(value("loss at start", diverged), 3);
  EXPECT_TRUE(std::isnan(value("accuracy final", diverged))) << "its last row is of a network that is lost";
  EXPECT_NEAR(value("accuracy final", record_with({3, 50, 40})), 0.8, 1e-6);
}

TEST(Evaluate, NothingArrivesWhereTheFirstLayerHasZero) {
  Record record = record_with({1});
  record.tables["step"].values = {1, 1, 0, 4, 0};
  EXPECT_EQ(value("grad.l2 first/last at start", record), 0);
}

TEST(Evaluate, NamesWhatWasNotRecorded) {
  const Record record = record_with({3, 1, 2});
  const auto message = [&](const std::string& measure) -> std::string {
    try {
      value(measure, record);
    } catch (const BadInput& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_NE(message("grad.l3 first").find("grad.l2"), std::string::npos) << message("grad.l3 first");
  EXPECT_NE(message("grad.l2").find("per layer"), std::string::npos) << message("grad.l2");
  EXPECT_NE(message("grad.l2 layer 9").find("layer"), std::string::npos);
  EXPECT_EQ(message("loss"), "");
}

TEST(Evaluate, GivesSeriesOverStepsAndLayers) {
  const Record record = record_with({3, 1, 2});
  const Points steps = over_steps(parse_measure("grad.l2 first", "test"), record);
  EXPECT_EQ(steps.x, (std::vector<double>{0, 10, 20}));
  EXPECT_EQ(steps.y, (std::vector<double>{1, 2, 3}));
  const Points layers = over_layers(parse_measure("grad.l2 at start", "test"), record);
  EXPECT_EQ(layers.x, (std::vector<double>{1, 2, 3}));
  EXPECT_EQ(layers.y, (std::vector<double>{1, 4, 8}));
}

TEST(Reduce, KeepsWhatIsAskedAndSaysWhatIsMissing) {
  const Measure loss = parse_measure("loss final", "test");
  const Measure unknown = parse_measure("nonsense first", "test");
  const RunResult result =
      reduce(record_with({3, 1, 2}),
             {{Extract::Kind::value, loss}, {Extract::Kind::value, unknown}, {Extract::Kind::over_steps, loss}});
  EXPECT_EQ(result.value(loss), 2);
  EXPECT_EQ(result.value(unknown), std::nullopt);
  EXPECT_TRUE(result.has({Extract::Kind::value, unknown}));
  EXPECT_FALSE(result.has({Extract::Kind::over_layers, loss}));
  EXPECT_EQ(result.points({Extract::Kind::over_steps, loss}).y, (std::vector<double>{3, 1, 2}));
  EXPECT_EQ(result.not_recorded.size(), 1U);
}

TEST(Reduce, SurvivesTheCacheBitForBit) {
  RunResult result = reduce(record_with({3, kNaN, 0.1F}), {{Extract::Kind::over_steps, parse_measure("loss", "test")},
                                                           {Extract::Kind::value, parse_measure("nonsense", "test")}});
  result.outcome.final_loss = std::numeric_limits<double>::infinity();
  result.outcome.seconds = 1.0 / 3;
  const RunResult back = run_result_from_bytes(to_bytes(result));
  EXPECT_EQ(back.outcome.status, result.outcome.status);
  EXPECT_EQ(back.outcome.steps, result.outcome.steps);
  EXPECT_EQ(back.outcome.final_loss, result.outcome.final_loss);
  EXPECT_EQ(back.outcome.seconds, result.outcome.seconds);
  EXPECT_EQ(back.not_recorded, result.not_recorded);
  const Points points = back.extracts.at("over steps: loss");
  EXPECT_EQ(points.x, (std::vector<double>{0, 10, 20}));
  EXPECT_EQ(points.y[0], 3);
  EXPECT_TRUE(std::isnan(points.y[1]));
  EXPECT_EQ(points.y[2], static_cast<double>(0.1F));
}

TEST(Thinning, KeepsEarlyRowsAndSharesThemAmongLengths) {
  int kept = 0;
  for (std::size_t row = 0; row < 4096; ++row) kept += keeps_row(row, 32) ? 1 : 0;
  EXPECT_EQ(kept, 64 + 6 * 32);
  for (std::size_t row = 0; row < 64; ++row) EXPECT_TRUE(keeps_row(row, 32)) << row;
  EXPECT_FALSE(keeps_row(65, 32));
  EXPECT_TRUE(keeps_row(66, 32));
}

}  // namespace
}  // namespace gradclinic
