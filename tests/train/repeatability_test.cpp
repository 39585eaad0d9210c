// Same spec, same seed, same bits: whoever watches, and whatever else runs.
#include <gtest/gtest.h>

#include <cstring>
#include <thread>

#include "gradclinic/spec/toml.h"
#include "train/recording.h"

namespace gradclinic {
namespace {

using Settings = std::vector<std::pair<std::string, std::string>>;

const std::vector<Settings>& cases() {
  static const std::vector<Settings> all = {
      {},
      {{"model.norm", "batch"}, {"model.dropout", "0.2"}, {"train.batch", "30"}, {"data.validation", "0.2"}},
      {{"model.norm", "layer"}, {"model.residual", "true"}, {"train.optimizer", "adam"}, {"train.clip_norm", "0.01"}},
      {{"train.loss", "cross_entropy"},
       {"train.batch", "32"},
       {"train.optimizer", "nesterov"},
       {"train.clip_value", "0.001"}},
      {{"model.init", "lsuv"}, {"model.activation", "tanh"}, {"train.batch", "17"}, {"model.dropout", "0.1"}},
      {{"model.norm", "batch"},
       {"model.residual", "true"},
       {"data.validation", "0.3"},
       {"train.optimizer", "rmsprop"},
       {"train.lr", "0.001"}},
      {{"model.width", "200"}, {"model.activation", "gelu"}, {"train.steps", "8"}},
  };
  return all;
}

Spec spec_of(const Settings& settings) {
  Spec spec;
  spec.seed = 11;
  spec.data.samples = 100;
  spec.model.width = 20;
  spec.model.depth = 5;
  spec.train.steps = 40;
  for (const auto& [key, value] : settings) set_key(spec, key, value);
  return spec;
}

/// Keeps the last step's parameters without being an observer.
struct Keeper : Intervention {
  void before_update(const Training& training, std::int64_t step, double&) override {
    if (step + 1 == training.total_steps) {
      const std::span<float> values = training.network.values();
      const std::span<float> gradients = training.network.gradients();
      kept.assign(values.begin(), values.end());
      kept.insert(kept.end(), gradients.begin(), gradients.end());
    }
  }
  std::vector<float> kept;
};

struct Ending {
  std::vector<float> parameters_and_gradients;
  double loss = 0;
};

Ending run(const Spec& spec, Observer* observer = nullptr) {
  Keeper keeper;
  const Outcome outcome = train(spec, observer, &keeper);
  EXPECT_EQ(outcome.status, "finished") << to_toml(spec);
  EXPECT_FALSE(keeper.kept.empty());
  return {keeper.kept, outcome.final_loss};
}

bool same_bits(const Ending& one, const Ending& other) {
  const std::vector<float>&a = one.parameters_and_gradients, &b = other.parameters_and_gradients;
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0 &&
         one.loss == other.loss;
}

TEST(Repeatability, SameSpecAndSeedGiveTheSameBits) {
  for (const Settings& settings : cases()) {
    Spec spec = spec_of(settings);
    const Ending first = run(spec);
    EXPECT_TRUE(same_bits(first, run(spec))) << to_toml(spec);
    ++spec.seed;
    EXPECT_FALSE(same_bits(first, run(spec))) << to_toml(spec);
  }
}

TEST(Repeatability, MeasuringNeverChangesTraining) {
  for (const Settings& settings : cases()) {
    const Spec spec = spec_of(settings);
    const Ending alone = run(spec);
    Recording all;
    EXPECT_TRUE(same_bits(alone, run(spec, &all))) << to_toml(spec);
    EXPECT_FALSE(all.last_norms.empty());
    Recording some([](std::int64_t step) { return step % 3 == 1; });
    EXPECT_TRUE(same_bits(alone, run(spec, &some))) << to_toml(spec);
    Recording none([](std::int64_t) { return false; });
    EXPECT_TRUE(same_bits(alone, run(spec, &none))) << to_toml(spec);
    EXPECT_TRUE(none.steps.empty());
  }
}

TEST(Repeatability, RunsSideBySideGiveTheSameBits) {
  for (const Settings& settings : cases()) {
    const Spec spec = spec_of(settings);
    Spec other = spec;
    other.seed = 99;
    const Ending alone = run(spec);
    const Ending other_alone = run(other);
    Ending together, other_together;
    {
      std::jthread one([&] { together = run(spec); });
      std::jthread two([&] { other_together = run(other); });
    }
    EXPECT_TRUE(same_bits(alone, together)) << to_toml(spec);
    EXPECT_TRUE(same_bits(other_alone, other_together)) << to_toml(spec);
  }
}

TEST(Repeatability, RunsOfOneSeedArePairedInDataAndBatches) {
  Recording narrow, wide;
  Spec spec = spec_of({{"train.batch", "30"}, {"model.dropout", "0.1"}});
  struct FirstBatch : Recording {
    void on_step(const Training& training, const StepSummary& summary) override {
      if (steps.size() < 8)
        inputs.insert(inputs.end(), summary.inputs.data, summary.inputs.data + summary.inputs.size());
      Recording::on_step(training, summary);
    }
    std::vector<float> inputs;
  } first, second;
  train(spec, &first);
  spec.model.width = 7;
  spec.model.init = "orthogonal";
  spec.model.dropout = 0.5;
  train(spec, &second);
  EXPECT_FALSE(first.inputs.empty());
  EXPECT_EQ(first.inputs, second.inputs);
}

}  // namespace
}  // namespace gradclinic
