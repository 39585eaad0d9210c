// When a watch takes surveys, and that they change nothing.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>

#include "gradclinic/instruments/watch.h"
#include "gradclinic/train/train.h"
#include "instruments/relay.h"
#include "instruments/tiny.h"
#include "train/recording.h"

namespace gradclinic {
namespace {

using Steps = std::vector<std::int64_t>;

Spec watched_spec(std::int64_t steps, std::int64_t surveys) {
  Spec spec;
  spec.data.samples = 40;
  spec.data.features = 5;
  spec.model.depth = 3;
  spec.model.width = 7;
  spec.train.steps = steps;
  spec.watch.surveys = surveys;
  return spec;
}

Rows watch(const Spec& spec) {
  Rows rows;
  Watch watch(rows);
  train(spec, &watch);
  return rows;
}

TEST(Surveys, ComeBeforeTheFirstStepEvenlyAndAfterTheLast) {
  EXPECT_EQ(watch(watched_spec(20, 4)).steps("survey"), (Steps{0, 5, 10, 15, 20}));
  EXPECT_EQ(watch(watched_spec(22, 4)).steps("survey"), (Steps{0, 6, 12, 18, 22}));
  EXPECT_EQ(watch(watched_spec(3, 20)).steps("survey"), (Steps{0, 1, 2, 3})) << "no more of them than steps";
  EXPECT_EQ(watch(watched_spec(1, 1)).steps("survey"), (Steps{0, 1}));
  EXPECT_FALSE(watch(watched_spec(20, 0)).has_table("survey"));
}

TEST(Surveys, DoWithoutTheOtherGauges) {
  Spec spec = watched_spec(20, 4);
  spec.watch.every = 0;
  spec.train.batch = 16;
  const Rows rows = watch(spec);
  EXPECT_EQ(rows.steps("survey"), (Steps{0, 5, 10, 15, 20}));
  EXPECT_EQ(rows.steps("data"), (Steps{0}));
  EXPECT_FALSE(rows.has_table("step"));
}

TEST(Surveys, ARunThatDivergesIsSurveyedWhereItEnded) {
  for (const std::int64_t surveys : {2, 1000}) {
    Spec spec = watched_spec(1000, surveys);
    spec.train.lr = 1e6;
    Rows rows;
    Watch watch(rows);
    const Outcome outcome = train(spec, &watch);
    ASSERT_EQ(outcome.status, "diverged");
    const Steps steps = rows.steps("survey");
    EXPECT_TRUE(std::ranges::is_sorted(steps, std::less_equal())) << "each once";
    EXPECT_EQ(steps.back(), outcome.steps);
    EXPECT_FALSE(std::isfinite(rows.at("survey", steps.size() - 1, "survey.loss")));
  }
}

TEST(Surveys, RowsAreOfTheNetworkAfterThatManyUpdates) {
  Spec spec = watched_spec(6, 3);
  spec.train.lr = 0.1;
  const Rows rows = watch(spec);
  for (std::size_t row = 1; row < rows.steps("survey").size(); ++row) {
    Spec shorter = spec;
    shorter.train.steps = rows.steps("survey")[row];
    shorter.watch.surveys = 1;
    const Rows end = watch(shorter);
    for (const char* quantity : {"survey.loss", "survey.accuracy", "survey.balanced_accuracy"})
      EXPECT_EQ(std::bit_cast<std::uint32_t>(rows.at("survey", row, quantity)),
                std::bit_cast<std::uint32_t>(end.at("survey", 1, quantity)));
    for (const char* quantity :
         {"dead", "saturated", "alike", "dimensions", "spread", "weight_mean", "weight_deviation"})
      for (int layer = 1; layer <= 3; ++layer)
        EXPECT_EQ(rows.at("survey", row, std::string("survey.") + quantity, layer),
                  end.at("survey", 1, std::string("survey.") + quantity, layer));
  }
}

/// Passes on, and keeps what the network answers in evaluation, where running statistics count, at the end.
class Answers : public Relay {
 public:
  using Relay::Relay;
  void on_start(const Training& training) override {
    training_ = &training;
    Relay::on_start(training);
  }
  void on_end(const Outcome& outcome) override {
    Relay::on_end(outcome);
    const Tensor<float> outputs = evaluate(training_->network, training_->data.training, training_->largest_batch);
    final_outputs.assign(outputs.values.begin(), outputs.values.end());
  }
  std::vector<float> final_outputs;

 private:
  const Training* training_ = nullptr;
};

TEST(Surveys, ChangeNothing) {
  for (const char* norm : {"batch", "layer"}) {
    Spec spec = watched_spec(15, 0);
    spec.watch.every = 0;
    spec.model.norm = norm;
    spec.model.dropout = 0.3;
    spec.train.batch = 16;
    spec.train.optimizer = "adam";
    spec.data.validation = 0.2;
    Rows no_rows, rows;
    Watch unwatching(no_rows);
    Answers unwatched(&unwatching);
    train(spec, &unwatched);
    spec.watch.surveys = 15;
    Watch watching(rows);
    Answers watched(&watching);
    train(spec, &watched);
    EXPECT_EQ(no_rows.steps("survey").size(), 0U);
    EXPECT_EQ(rows.steps("survey").size(), 16U);
    EXPECT_EQ(watched.final_values, unwatched.final_values) << norm << ": parameters, bit by bit";
    EXPECT_EQ(watched.final_outputs, unwatched.final_outputs) << norm << ": running statistics";
  }
}

}  // namespace
}  // namespace gradclinic
