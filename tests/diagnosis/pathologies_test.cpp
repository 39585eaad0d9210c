// Every entry of the catalogue on a training that has it and on one that has not, both real and small.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <set>

#include "diagnosis/patient.h"
#include "gradclinic/diagnosis/pathology.h"
#include "support/temporary_folder.h"

namespace gradclinic {
namespace {

/// A finding below this is a suspicion, not one that the doctor tells.
constexpr double kWorthTelling = 0.4;

struct Pair {
  const char* id;
  Settings with;
  Settings without;
};

/// A table with two classes of which one in `every` samples is of the second.
std::string class_table(int every) {
  static const TemporaryFolder folder;
  const std::string path = folder / ("classes-" + std::to_string(every) + ".csv");
  std::ofstream file(path);
  file << "x,y,class\n";
  for (int i = 0; i < 200; ++i) {
    const double angle = 2.399963 * i;  // a golden angle apart: no order
    const int rare = i % every == 0 ? 1 : 0;
    file << std::cos(angle) + 0.2 * rare << "," << std::sin(3 * angle) - 0.1 * rare << "," << rare << "\n";
  }
  return path;
}

const Settings kSpiral = {{"data.set", "spiral"}, {"data.features", "2"}, {"train.loss", "bce"}};

Settings operator+(Settings one, const Settings& more) {
  one.insert(one.end(), more.begin(), more.end());
  return one;
}

Settings imbalanced(int every) {
  return {{"data.set", "csv"},      {"data.path", class_table(every)},
          {"data.target", "class"}, {"data.task", "classification"},
          {"train.loss", "bce"},    {"train.steps", "40"}};
}

const std::vector<Pair>& pairs() {
  static const std::vector<Pair> all = {
      {"vanishing-gradient", {{"model.depth", "8"}, {"model.activation", "sigmoid"}}, {}},
      {"exploding-gradient",
       {{"model.depth", "8"}, {"model.activation", "relu"}, {"model.init_gain", "5"}, {"train.lr", "1e-9"}},
       {{"model.depth", "8"}, {"model.activation", "relu"}, {"model.init", "he_normal"}, {"train.lr", "1e-3"}}},
      {"dead-relu",
       {{"model.activation", "relu"}, {"model.bias_init", "-5"}},
       {{"model.activation", "relu"}, {"model.init", "he_normal"}}},
      {"saturated-activation", {{"model.bias_init", "6"}}, {}},
      {"bad-init-scale", {{"model.init", "normal"}, {"model.init_std", "0.001"}}, {}},
      {"symmetric-init", {{"model.init", "constant"}, {"model.init_value", "0.1"}}, {}},
      {"learning-rate-too-high", {{"train.lr", "20"}}, {}},
      {"learning-rate-too-low", {{"train.lr", "1e-6"}}, {}},
      {"loss-plateau", {{"train.lr", "1e-6"}}, {}},
      {"divergence", {{"model.activation", "relu"}, {"train.lr", "10"}}, {{"model.activation", "relu"}}},
      {"non-finite", {{"model.activation", "relu"}, {"train.lr", "1e6"}}, {{"model.activation", "relu"}}},
      {"unnormalized-input", {{"data.set", "blobs"}, {"train.loss", "bce"}, {"data.noise", "50"}}, kSpiral},
      {"unscaled-target", {{"data.target_scale", "100"}, {"train.lr", "1e-6"}}, {}},
      {"over-clipping", {{"train.clip_norm", "1e-4"}}, {{"train.clip_norm", "100"}}},
      {"momentum-too-high",
       {{"train.optimizer", "momentum"}, {"train.momentum", "0.99"}},
       {{"train.optimizer", "momentum"}, {"train.momentum", "0.9"}}},
      {"over-regularized", {{"train.weight_decay", "1"}}, {{"train.weight_decay", "1e-5"}}},
      {"excess-dropout", {{"model.dropout", "0.8"}}, {{"model.dropout", "0.1"}}},
      {"undertrained", {{"train.steps", "20"}}, {{"model.depth", "1"}, {"train.steps", "300"}}},
      {"overfitting",
       {{"data.set", "noise"}, {"data.validation", "0.5"}, {"train.optimizer", "adam"}, {"train.lr", "0.03"}},
       {{"data.validation", "0.5"}}},
      {"unlearnable-labels", kSpiral + Settings{{"data.shuffle_labels", "true"}, {"data.validation", "0.4"}},
       kSpiral + Settings{{"data.validation", "0.4"}}},
      {"class-imbalance", imbalanced(20), imbalanced(2)},
      {"gradient-noise", {{"train.batch", "2"}}, {{"train.batch", "50"}}},
      {"tiny-batch-norm",
       {{"model.norm", "batch"}, {"train.batch", "3"}},
       {{"model.norm", "batch"}, {"train.batch", "50"}}},
      {"rank-collapse", {{"model.depth", "8"}, {"model.activation", "sigmoid"}}, {}},
      {"update-ratio", {{"train.lr", "1e-8"}}, {}},
      {"disconnected-parameter",
       {{"model.init", "constant"}, {"model.init_value", "0"}, {"model.bias_init", "0.5"}, {"train.lr", "0"}},
       {{"train.lr", "0"}}},
      {"wrong-output-or-loss", {{"model.activation", "identity"}}, {}},
      {"catapult", {{"seed", "1"}, {"train.lr", "0.45"}, {"train.steps", "200"}}, {}},
      {"edge-of-stability", {{"train.lr", "0.4"}, {"train.steps", "400"}}, {{"train.lr", "0.01"}}},
      {"sparse-relu",
       {{"model.activation", "relu"}, {"model.bias_init", "-1"}, {"model.init_gain", "2"}, {"train.lr", "1e-3"}},
       {{"model.activation", "relu"}, {"model.bias_init", "-5"}}},
      {"converged",
       {{"train.optimizer", "adam"}, {"train.lr", "0.02"}, {"train.steps", "600"}},
       {{"train.lr", "1e-4"}}},
      {"class-prior-plateau",
       {{"data.set", "blobs"}, {"train.loss", "bce"}, {"model.activation", "sigmoid"}, {"train.steps", "400"}},
       {{"data.set", "blobs"}, {"train.loss", "bce"}}},
      {"warm-up", {{"train.warmup", "50"}}, {}},
  };
  return all;
}

double confidence(const std::string& id, const Settings& settings) {
  const Pathology* pathology = find_pathology(id);
  const Record record = record_of(patient(settings));
  const Chart chart(record);
  for (const std::string& quantity : pathology->needs) EXPECT_TRUE(chart.has(quantity)) << id << " needs " << quantity;
  const std::optional<Finding> finding = pathology->examine(chart);
  if (!finding) return 0;
  EXPECT_TRUE(finding->confidence >= 0 && finding->confidence <= 1) << id << ": " << finding->confidence;
  EXPECT_FALSE(finding->sentence.empty()) << id;
  EXPECT_FALSE(finding->rule.empty()) << id;
  EXPECT_FALSE(finding->evidence.empty()) << id;
  EXPECT_GE(finding->onset_step, 0) << id;
  EXPECT_LE(finding->onset_step, chart.record().outcome.steps) << id;
  for (int layer : finding->layers) EXPECT_TRUE(layer >= 1 && layer <= chart.depth()) << id << ": layer " << layer;
  return finding->confidence;
}

TEST(Pathologies, EveryOneFiresWhereItIsAndNotWhereItIsNot) {
  for (const Pair& pair : pairs()) {
    SCOPED_TRACE(pair.id);
    ASSERT_NE(find_pathology(pair.id), nullptr);
    EXPECT_GE(confidence(pair.id, pair.with), kWorthTelling) << "not found where it is";
    EXPECT_LT(confidence(pair.id, pair.without), kWorthTelling) << "found where it is not";
  }
}

TEST(Pathologies, ATrainingOfFewStepsMayBeUndertrainedWhereItsLossStandsStill) {
  EXPECT_GT(confidence("undertrained", {{"train.lr", "1e-6"}, {"train.steps", "20"}}), 0);
  EXPECT_EQ(confidence("undertrained", {{"train.lr", "1e-6"}, {"train.steps", "300"}}), 0);
}

TEST(Pathologies, ALayerOfOneUnitIsABottleneckWhereSeveralFollow) {
  const auto of_width = [](const char* width, const char* classes) {
    return confidence("rank-collapse", {{"data.set", "blobs"},
                                        {"data.classes", classes},
                                        {"train.loss", "cross_entropy"},
                                        {"train.steps", "40"},
                                        {"model.width", width}});
  };
  EXPECT_GE(of_width("1", "3"), 0.8);
  EXPECT_LT(of_width("2", "3"), 0.8);
}

TEST(Pathologies, EveryOneHasAPair) {
  std::multiset<std::string> paired;
  for (const Pair& pair : pairs()) paired.insert(pair.id);
  // No spec's network has wrong gradients, nor other samples held out: outside_test.cpp.
  const auto in_records = [](const Pathology& pathology) {
    return !pathology.last_resort && pathology.id != "wrong-gradient" && pathology.id != "shifted-inputs";
  };
  for (const Pathology& pathology : all_pathologies())
    EXPECT_EQ(paired.count(pathology.id), in_records(pathology) ? 1U : 0U) << pathology.id;
  EXPECT_EQ(paired.size(), std::ranges::count_if(all_pathologies(), in_records));
}

}  // namespace
}  // namespace gradclinic
