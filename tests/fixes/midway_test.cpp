#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "fixes/patient.h"
#include "gradclinic/fixes/midway_trial.h"
#include "gradclinic/support/error.h"
#include "gradclinic/train/train.h"

namespace gradclinic {
namespace {

/// Carries out a treatment and keeps all parameters as they are before each update.
class Keeper : public Intervention {
 public:
  Keeper(MidwayChange change, std::int64_t from) : treatment_(change, from) {}
  void before_update(const Training& training, std::int64_t step, double& lr) override {
    const std::span<float> values = training.network.values();
    before.emplace_back(values.begin(), values.end());
    treatment_.before_update(training, step, lr);
  }
  std::vector<std::vector<float>> before;  ///< by step

 private:
  MidwayTreatment treatment_;
};

std::vector<std::vector<float>> parameters(const Spec& spec, const MidwayChange& change, std::int64_t from) {
  Keeper keeper(change, from);
  train(spec, nullptr, &keeper);
  return keeper.before;
}

TEST(Midway, KeepsTheWeightsBitForBitUpToItsStep) {
  const Spec spec = patient({{"model.bias_init", "-1"}, {"train.steps", "20"}});
  const auto untreated = parameters(spec, {}, 8);
  for (const MidwayChange& change :
       {MidwayChange{.rate_factor = 0.1}, MidwayChange{.clip_norm = 1e-3}, MidwayChange{.reinitialize_dead = true}}) {
    const auto treated = parameters(spec, change, 8);
    ASSERT_EQ(treated.size(), untreated.size());
    for (std::size_t step = 0; step <= 8; ++step) EXPECT_EQ(treated[step], untreated[step]) << step;
    EXPECT_NE(treated[9], untreated[9]) << "and acts then";
  }
}

/// Looks at the network before and after dead units are reinitialized.
class Reviver : public Intervention {
 public:
  void before_update(const Training& training, std::int64_t step, double&) override {
    if (step != 0) return;
    const Tensor<float>& samples = training.data.training.inputs;
    Tensor<float> inputs(samples.columns, samples.rows);
    for (Index sample = 0; sample < samples.rows; ++sample)
      for (Index feature = 0; feature < samples.columns; ++feature)
        inputs.view()(feature, sample) = samples.view()(sample, feature);
    const auto outputs = [&] {
      const View<const float> view = training.network.forward(std::as_const(inputs).view(), {.training = false});
      return std::vector<float>(view.data, view.data + view.size());
    };
    before = outputs();
    revived = reinitialize_dead(training);
    after = outputs();
    left = reinitialize_dead(training);
  }
  std::vector<float> before;
  std::vector<float> after;
  std::int64_t revived = 0;
  std::int64_t left = 0;
};

TEST(Midway, RevivesDeadUnitsWithoutChangingWhatTheNetworkComputes) {
  const Spec spec = patient({{"model.bias_init", "-1.5"}, {"train.steps", "1"}});
  Reviver reviver;
  train(spec, nullptr, &reviver);
  EXPECT_GT(reviver.revived, 3);
  EXPECT_LT(reviver.left, reviver.revived);
  ASSERT_FALSE(reviver.before.empty());
  EXPECT_EQ(reviver.before, reviver.after);
}

TEST(Midway, LeavesUnitsThatCannotDieAlone) {
  const Spec spec = patient({{"model.activation", "tanh"}, {"train.steps", "1"}});
  Reviver reviver;
  train(spec, nullptr, &reviver);
  EXPECT_EQ(reviver.revived, 0);
}

TEST(MidwayTrials, RollBackWhatIsNotBetter) {
  const Spec spec = patient({{"train.lr", "0.003"}});  // still learning: a tenth of the rate can only harm
  const MidwayReport report = try_midway(spec, record_of(spec), sick_of("learning-rate-too-high"), 10, {.seeds = 3});
  const auto lower = std::ranges::find(report.tried, std::string("lower-learning-rate"), &MidwayTrial::fix);
  ASSERT_NE(lower, report.tried.end());
  EXPECT_TRUE(lower->rolled_back);
  EXPECT_FALSE(lower->proven);
}

TEST(MidwayTrials, KeepALowerRateThatStopsOscillation) {
  const Spec spec = patient({{"train.lr", "3"}, {"model.activation", "tanh"}, {"train.steps", "200"}});
  const MidwayReport report =
      try_midway(spec, record_of(spec), sick_of("learning-rate-too-high"), 20, {.seeds = 5, .threads = 2});
  const auto lower = std::ranges::find(report.tried, std::string("lower-learning-rate"), &MidwayTrial::fix);
  ASSERT_NE(lower, report.tried.end());
  EXPECT_FALSE(lower->rolled_back) << lower->found.gain;
}

TEST(MidwayTrials, WantAStepInTheMiddle) {
  const Spec spec = patient();
  const Record record = record_of(spec);
  for (const std::int64_t from : {0, 120, 5000})
    EXPECT_THROW(try_midway(spec, record, sick_of("dead-relu"), from, {.seeds = 1}), BadInput) << from;
}

}  // namespace
}  // namespace gradclinic
