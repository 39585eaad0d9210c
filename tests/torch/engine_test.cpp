// The same spec on both engines: 100 steps of every activation, norm, initializer, optimizer, loss and option. Names
// come from the catalogues, so a new entry is compared or fails here.
#include "engine/engine.h"

#include <gtest/gtest.h>

#include <cmath>

#include "gradclinic/net/initializer.h"
#include "gradclinic/record/run.h"
#include "gradclinic/spec/toml.h"
#include "gradclinic/spec/validate.h"
#include "gradclinic/spec/vocabulary.h"

namespace gradclinic::torch {
namespace {

constexpr double kTolerance = 1e-4;

using Settings = std::vector<std::pair<std::string, std::string>>;

Spec spec_of(const Settings& settings) {
  Spec spec;
  spec.name = "both engines";
  spec.seed = 7;
  spec.data = {.set = "teacher", .samples = 64, .features = 6, .validation = 0.25};
  spec.model = {.depth = 4, .width = 16, .activation = "tanh"};
  spec.train = {.lr = 0.02, .batch = 16, .steps = 100};
  for (const auto& [key, value] : settings) set_key(spec, key, value);
  validate(spec, "the test");
  return spec;
}

/// All that the catalogues offer, and the options.
std::vector<Settings> matrix() {
  std::vector<Settings> all;
  const auto add_each = [&](const char* family, const char* key, const Settings& with = {}) {
    for (const std::string& name : names_in(family)) {
      Settings settings = with;
      settings.emplace_back(key, name);
      all.push_back(settings);
    }
  };
  add_each("activations", "model.activation");
  add_each("initializers", "model.init", {{"model.init_std", "0.2"}, {"model.init_value", "0.05"}});
  add_each("optimizers", "train.optimizer", {{"train.lr", "0.002"}, {"train.weight_decay", "0.01"}});
  add_each("losses", "train.loss", {{"data.set", "noise"}});
  for (const char* norm : {"batch", "layer"}) {
    all.push_back({{"model.norm", norm}});
    all.push_back({{"model.norm", norm}, {"model.residual", "true"}, {"model.dropout", "0.2"}});
  }
  all.push_back({{"model.init", "lsuv"}, {"model.norm", "batch"}, {"model.dropout", "0.1"}});
  all.push_back({{"model.init_gain", "1.5"}, {"model.bias_init", "0.1"}});
  all.push_back({{"train.clip_norm", "0.05"}, {"train.warmup", "10"}, {"train.schedule", "cosine"}});
  all.push_back({{"train.clip_value", "0.01"}, {"train.schedule", "step"}, {"train.step_every", "30"}});
  all.push_back({{"watch.histograms", "20"}, {"watch.rank", "30"}});
  for (const char* norm : {"none", "batch", "layer"})
    all.push_back({{"model.norm", norm}, {"watch.noise", "20"}, {"watch.sharpness", "30"}});
  all.push_back({{"train.batch", "0"}, {"train.optimizer", "adam"}});
  return all;
}

using Run = Outcome (*)(const Spec&, const Split&, Generator&, Recorder&, const std::atomic<bool>*);

Record record_of(const Spec& spec, Run run) {
  Generator generator(spec.seed);
  const Split data = load_data(spec, generator);
  MemoryRecorder recorder;
  run(spec, data, generator, recorder, nullptr);
  return recorder.take();
}

/// Mean losses of classes and norms: numbers that rounding moves by little. Shares and smallest entries may jump.
bool is_smooth(const std::string& quantity) {
  return quantity.ends_with(".l2") || quantity == "loss" || quantity == "lr" || quantity == "gradient_norm" ||
         quantity == "gradient_norm_clipped" || quantity == "validation.loss" || quantity == "survey.loss" ||
         quantity.ends_with(".signal") || quantity.ends_with(".variance") || quantity == "sharpness" ||
         quantity.ends_with("spread") || quantity.ends_with("effective_rank") || quantity.ends_with("weight_deviation");
}

/// The largest difference of a column, relative to its largest entry.
double difference(const Series& ours, const Series& theirs) {
  if (ours.steps != theirs.steps || ours.values.empty()) return HUGE_VAL;
  double largest = 0, difference = 0;
  for (std::size_t i = 0; i < ours.values.size(); ++i) {
    largest = std::max(largest, std::abs(static_cast<double>(ours.values[i])));
    difference = std::max(difference, std::abs(static_cast<double>(ours.values[i]) - theirs.values[i]));
  }
  return largest > 0 ? difference / largest : difference;
}

class BothEngines : public testing::TestWithParam<Settings> {};

TEST_P(BothEngines, RecordTheSame) {
  const Spec spec = spec_of(GetParam());
  const Record native = record_of(
      spec, [](const Spec& of, const Split& data, Generator& generator, Recorder& recorder,
               const std::atomic<bool>* stop) { return gradclinic::run(of, data, generator, recorder, stop); });
  const Record libtorch = record_of(spec, &run);
  EXPECT_EQ(native.outcome.status, libtorch.outcome.status);
  EXPECT_EQ(native.outcome.steps, libtorch.outcome.steps);
  EXPECT_EQ(native.spec, libtorch.spec);
  int compared = 0;
  for (const auto& [name, table] : native.tables) {
    ASSERT_TRUE(libtorch.tables.contains(name)) << name;
    EXPECT_EQ(table.columns, libtorch.tables.at(name).columns) << name;
    for (const Column& column : table.columns) {
      if (!is_smooth(column.quantity)) continue;
      // Differences of two floats (updates) or of two squared norms (gradient noise) have what digits are left.
      const bool is_difference = column.quantity.starts_with("update") || column.quantity.starts_with("gradient_noise");
      const double tolerance = is_difference ? 10 * kTolerance : kTolerance;
      EXPECT_LE(
          difference(native.series(column.quantity, column.layer), libtorch.series(column.quantity, column.layer)),
          tolerance)
          << column.quantity << " of layer " << column.layer;
      ++compared;
    }
  }
  EXPECT_GT(compared, 25);
}

INSTANTIATE_TEST_SUITE_P(Matrix, BothEngines, testing::ValuesIn(matrix()), [](const auto& each) {
  std::string name;
  for (const auto& [key, value] : each.param)
    for (const char letter : key.substr(key.find('.') + 1) + "_" + value + "_")
      name += std::isalnum(static_cast<unsigned char>(letter)) ? letter : '_';
  return name + std::to_string(each.index);
});

}  // namespace
}  // namespace gradclinic::torch
