// How runs end, what an observer is told and when, what an intervention may do, and what validation says.
#include <gtest/gtest.h>

#include <cmath>

#include "gradclinic/spec/toml.h"
#include "gradclinic/train/clip.h"
#include "train/recording.h"

namespace gradclinic {
namespace {

using Settings = std::vector<std::pair<std::string, std::string>>;

Spec spec_of(const Settings& settings) {
  Spec spec;
  spec.data.samples = 60;
  spec.model.width = 12;
  spec.train.steps = 20;
  for (const auto& [key, value] : settings) set_key(spec, key, value);
  return spec;
}

TEST(Outcome, AFinishedRunSaysItsStepsAndLastLoss) {
  Recording recording;
  const Outcome outcome = train(spec_of({}), &recording);
  EXPECT_EQ(outcome.status, "finished");
  EXPECT_EQ(outcome.steps, 20);
  EXPECT_EQ(outcome.final_loss, recording.steps.back().loss);
  EXPECT_GE(outcome.seconds, 0);
  EXPECT_EQ(recording.ending.status, "finished");
  EXPECT_EQ(recording.ending.steps, 20);
}

TEST(Outcome, EpochsCountBatchesAndTheDefaultIsTwoHundred) {
  EXPECT_EQ(train(spec_of({{"train.steps", "0"}, {"train.epochs", "3"}, {"train.batch", "25"}})).steps, 9);
  EXPECT_EQ(train(spec_of({{"train.steps", "0"}, {"train.epochs", "3"}})).steps, 3);
  EXPECT_EQ(train(spec_of({{"train.steps", "0"}, {"train.batch", "30"}})).steps, 400);
  EXPECT_EQ(train(spec_of({{"train.steps", "5"}, {"train.batch", "25"}})).steps, 5);
}

TEST(Outcome, AHugeRateDiverges) {
  for (const char* optimizer : {"sgd", "momentum", "nesterov"}) {
    Recording recording;
    const Outcome outcome = train(spec_of({{"train.lr", "1e6"}, {"train.optimizer", optimizer}}), &recording);
    EXPECT_EQ(outcome.status, "diverged") << optimizer;
    EXPECT_FALSE(std::isfinite(outcome.final_loss)) << optimizer;
    EXPECT_LT(outcome.steps, 20) << optimizer;
    // The step that diverged is shown, with the parameters as they were, so that a doctor can look at them.
    EXPECT_EQ(recording.steps.size(), static_cast<std::size_t>(outcome.steps) + 1) << optimizer;
    EXPECT_FALSE(std::isfinite(recording.steps.back().loss)) << optimizer;
    for (const auto& [layer, norm] : recording.last_norms.at(Quantity::update)) EXPECT_EQ(norm, 0) << optimizer;
    EXPECT_EQ(recording.ending.status, "diverged") << optimizer;
  }
}

TEST(Outcome, AnAbsurdRateIsAResultWithEveryLossAndNorm) {
  for (const char* loss : {"mse", "bce", "cross_entropy"})
    for (const char* norm : {"none", "batch", "layer"}) {
      const Outcome outcome = train(spec_of({{"train.lr", "1e30"}, {"train.loss", loss}, {"model.norm", norm}}));
      EXPECT_TRUE(outcome.status == "diverged" || outcome.status == "finished") << loss << norm;
      EXPECT_EQ(outcome.status == "diverged", !std::isfinite(outcome.final_loss)) << loss << norm;
    }
}

TEST(Outcome, NaNInTheDataDivergesAtTheFirstStep) {
  Generator generator(1);
  Split data = {.training = {.inputs = Tensor<float>(10, 3), .targets = Tensor<float>(10, 1)}};
  data.training.inputs.values[7] = std::numeric_limits<float>::quiet_NaN();
  const Outcome outcome = train(spec_of({}), data, generator);
  EXPECT_EQ(outcome.status, "diverged");
  EXPECT_EQ(outcome.steps, 0);
  EXPECT_TRUE(std::isnan(outcome.final_loss));
}

TEST(Outcome, TheStopFlagInterruptsAfterTheCurrentStep) {
  std::atomic<bool> stop{false};
  struct Stopper : Intervention {
    explicit Stopper(std::atomic<bool>& flag) : stop(flag) {}
    void before_update(const Training&, std::int64_t step, double&) override { stop = step == 6; }
    std::atomic<bool>& stop;
  } stopper{stop};
  Recording recording;
  const Outcome outcome = train(spec_of({}), &recording, &stopper, &stop);
  EXPECT_EQ(outcome.status, "interrupted");
  EXPECT_EQ(outcome.steps, 7);
  EXPECT_EQ(recording.steps.size(), 7U);
  EXPECT_EQ(outcome.final_loss, recording.steps.back().loss);

  stop = true;
  EXPECT_EQ(train(spec_of({}), nullptr, nullptr, &stop).steps, 0);
}

TEST(Intervention, SeesClippedGradientsAndMaySetTheRate) {
  struct Freeze : Intervention {
    void before_update(const Training& training, std::int64_t step, double& lr) override {
      double sum = 0;
      for (const float gradient : training.network.gradients()) sum += gradient * gradient;
      EXPECT_NEAR(std::sqrt(sum), 0.001, 1e-6);
      if (step >= 10) lr = 0;
    }
  } freeze;
  Recording recording;
  const Spec spec = spec_of({{"train.clip_norm", "0.001"}});
  train(spec, &recording, &freeze);
  for (std::size_t step = 0; step < 20; ++step) {
    EXPECT_EQ(recording.steps[step].lr, step < 10 ? 0.01 : 0);
    EXPECT_GT(recording.steps[step].gradient_norm, 0.01);
    EXPECT_NEAR(recording.steps[step].clipped_gradient_norm, 0.001, 1e-6);
  }
  EXPECT_EQ(recording.steps[19].loss, recording.steps[12].loss);
  EXPECT_NE(recording.steps[9].loss, recording.steps[8].loss);
}

struct Told {
  double loss = 0;
  double right = 0;
};

/// The held-out samples one at a time, by hand.
Told slow_validation(const Training& training) {
  const Dataset& held_out = training.data.validation;
  const Tensor<float> outputs = evaluate(training.network, held_out, 1);
  Told told;
  for (Index i = 0; i < held_out.samples(); ++i) {
    double loss = 0;
    if (training.loss.id == "mse")
      for (Index k = 0; k < outputs.columns; ++k)
        loss += std::pow(static_cast<double>(outputs.view()(i, k)) - static_cast<double>(held_out.targets.view()(i, k)),
                         2) /
                static_cast<double>(outputs.columns);
    else {
      const int label = static_cast<int>(held_out.targets.view()(i, 0));
      double total = 0;
      bool best = true;
      for (Index k = 0; k < outputs.columns; ++k) {
        total += std::exp(static_cast<double>(outputs.view()(i, k) - outputs.view()(i, label)));
        best &= outputs.view()(i, k) <= outputs.view()(i, label);
      }
      loss = std::log(total);
      told.right += best;
    }
    told.loss += loss / static_cast<double>(held_out.samples());
  }
  told.right /= static_cast<double>(held_out.samples());
  return told;
}

/// Compares what it is told with a slow version on the parameters of that moment.
struct Validator : Recording {
  void on_start(const Training& training) override {
    now = &training;
    Recording::on_start(training);
  }
  void on_validation(std::int64_t step, double loss, double accuracy) override {
    const Told slow = slow_validation(*now);
    EXPECT_NEAR(loss, slow.loss, 1e-5 * slow.loss);
    if (now->loss.classifies)
      EXPECT_NEAR(accuracy, slow.right, 1e-9);
    else
      EXPECT_TRUE(std::isnan(accuracy));
    Recording::on_validation(step, loss, accuracy);
  }
  const Training* now = nullptr;
};

TEST(Validation, AfterEachEpochIsTheMeanOverTheHeldOutSamples) {
  const std::pair<std::string, std::string> held = {"data.validation", "0.45"};  // 27 of 60: no multiple of 10
  for (const Settings& settings :
       {Settings{held, {"train.batch", "10"}},
        {held, {"train.batch", "10"}, {"data.outputs", "3"}},
        {held, {"train.batch", "10"}, {"train.loss", "cross_entropy"}, {"data.classes", "4"}},
        {held, {"train.batch", "10"}, {"model.norm", "batch"}, {"model.dropout", "0.3"}}}) {
    Validator validator;
    const Spec spec = spec_of(settings);
    train(spec, &validator);
    ASSERT_EQ(validator.validations.size(), 5U) << to_toml(spec);  // 33 samples are 4 batches an epoch
    for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(validator.validations[i].step, static_cast<std::int64_t>(4 * i + 3));
  }
}

TEST(Validation, OfFullBatchesComesWithTheTensors) {
  Validator validator;
  train(spec_of({{"data.validation", "0.2"}, {"model.norm", "batch"}}), &validator);
  EXPECT_EQ(validator.validations.size(), 20U);
  Recording none;
  train(spec_of({}), &none);
  EXPECT_TRUE(none.validations.empty());
}

TEST(Observer, SeesEachLayersTensorsOnceAStepInTheirShapes) {
  struct Shapes : Recording {
    void see(Quantity quantity, int layer, View<const float> values) override {
      EXPECT_TRUE(seen.insert({{quantity, layer}, {values.rows, values.columns}}).second) << layer;
      Recording::see(quantity, layer, values);
    }
    void on_step(const Training& training, const StepSummary& summary) override {
      const Index batch = summary.inputs.columns;
      EXPECT_EQ(seen.size(), 3U * 4 + 2 * 4 + 2 * 3);
      for (int layer = 1; layer <= 4; ++layer) {
        const Index rows = layer == 4 ? 1 : 12;
        const Index columns = layer == 1 ? 10 : 12;
        for (const Quantity quantity : {Quantity::weight, Quantity::weight_grad, Quantity::update})
          EXPECT_EQ((seen[{quantity, layer}]), std::pair(rows, columns));
        for (const Quantity quantity : {Quantity::pre_activation, Quantity::pre_activation_grad})
          EXPECT_EQ((seen[{quantity, layer}]), std::pair(rows, batch));
        if (layer == 4) continue;
        for (const Quantity quantity : {Quantity::activation, Quantity::activation_grad})
          EXPECT_EQ((seen[{quantity, layer}]), std::pair(rows, batch));
      }
      seen.clear();
      Recording::on_step(training, summary);
    }
    std::map<std::pair<Quantity, int>, std::pair<Index, Index>> seen;
  };
  for (const char* norm : {"none", "batch", "layer"}) {
    Shapes shapes;
    train(spec_of({{"train.batch", "25"}, {"model.residual", "true"}, {"model.dropout", "0.2"}, {"model.norm", norm}}),
          &shapes);
    EXPECT_EQ(shapes.steps.size(), 20U);
  }
}

TEST(Observer, SeesInTheOrderOfTheStep) {
  struct Order : Recording {
    void see(Quantity quantity, int layer, View<const float>) override { seen.push_back({quantity, layer}); }
    std::vector<std::pair<Quantity, int>> seen;
  };
  using enum Quantity;
  Order order;
  train(spec_of({{"model.depth", "2"}, {"train.steps", "1"}}), &order);
  const std::vector<std::pair<Quantity, int>> expected = {{pre_activation, 1},
                                                          {activation, 1},
                                                          {pre_activation, 2},
                                                          {pre_activation_grad, 2},
                                                          {weight_grad, 2},
                                                          {activation_grad, 1},
                                                          {pre_activation_grad, 1},
                                                          {weight_grad, 1},
                                                          {weight, 1},
                                                          {update, 1},
                                                          {weight, 2},
                                                          {update, 2}};
  EXPECT_EQ(order.seen, expected);
}

TEST(Observer, AnUpdateIsWhatTheWeightsMovedBy) {
  struct Updates : Recording {
    void on_start(const Training& training) override {
      Recording::on_start(training);
      network = &training.network;
      before = initial;
    }
    void see(Quantity quantity, int layer, View<const float> values) override {
      if (quantity == Quantity::weight) weight = values;
      if (quantity != Quantity::update) return;
      ++updates;
      const float* was = before.data() + (weight.data - network->values().data());
      for (Index i = 0; i < values.size(); ++i) ASSERT_EQ(values.data[i], weight.data[i] - was[i]) << layer;
    }
    void on_step(const Training& training, const StepSummary& summary) override {
      EXPECT_NEAR(summary.gradient_norm, gradient_norm(training.network.gradients()), 1e-6 * summary.gradient_norm);
      before.assign(training.network.values().begin(), training.network.values().end());
    }
    Network<float>* network = nullptr;
    std::vector<float> before;
    View<const float> weight;
    int updates = 0;
  };
  for (const char* optimizer : {"sgd", "momentum", "adam"}) {
    Updates updates;
    train(spec_of({{"model.width", "60"}, {"train.optimizer", optimizer}, {"train.steps", "5"}}), &updates);
    EXPECT_EQ(updates.updates, 5 * 4);
  }
}

}  // namespace
}  // namespace gradclinic
