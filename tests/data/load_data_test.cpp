#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "data/damage.h"
#include "gradclinic/data/dataset.h"
#include "support/temporary_folder.h"

namespace gradclinic {
namespace {

Split load(const Spec& spec) {
  Generator generator(spec.seed);
  return load_data(spec, generator);
}

/// A table with the columns a, constant, large and target `y`.
Spec table_spec(const TemporaryFolder& folder, int rows) {
  std::string text = "a,constant,large,y\n";
  for (int i = 0; i < rows; ++i)
    text +=
        std::to_string(i) + ",0.1," + std::to_string(1e6 + 0.5 * ((i * 7) % 11)) + "," + std::to_string(10 * i) + "\n";
  Spec spec;
  spec.data.set = "csv";
  spec.data.path = folder.write("t.csv", text);
  spec.data.target = "y";
  return spec;
}

std::vector<float> column(const Tensor<float>& values, Index index) {
  std::vector<float> picked;
  for (Index i = 0; i < values.rows; ++i) picked.push_back(values.view()(i, index));
  return picked;
}

/// Mean and population deviation, slowly.
std::pair<long double, long double> moments(const std::vector<float>& values) {
  long double sum = 0, square = 0;
  for (const float value : values) sum += value;
  const long double mean = sum / values.size();
  for (const float value : values) square += (value - mean) * (value - mean);
  return {mean, std::sqrt(square / values.size())};
}

TEST(LoadData, WithoutPreparationGivesTheSetAsItIs) {
  const TemporaryFolder folder;
  const Split parts = load(table_spec(folder, 4));
  EXPECT_EQ(column(parts.training.inputs, 0), (std::vector<float>{0, 1, 2, 3}));
  EXPECT_EQ(parts.training.targets.values, (Buffer<float>{0, 10, 20, 30}));
  EXPECT_EQ(parts.validation.samples(), 0);
  EXPECT_EQ(parts.validation.features(), 3);
  EXPECT_EQ(parts.validation.task, Task::regression);
}

TEST(LoadData, ValidationSharesTheSamplesOut) {
  const TemporaryFolder folder;
  Spec spec = table_spec(folder, 50);
  spec.data.validation = 0.3;
  const Split parts = load(spec);
  EXPECT_EQ(parts.training.samples(), 35);
  EXPECT_EQ(parts.validation.samples(), 15);
  std::vector<float> seen;
  for (const Dataset* part : {&parts.training, &parts.validation}) {
    for (Index i = 0; i < part->samples(); ++i) {
      seen.push_back(part->inputs.view()(i, 0));
      EXPECT_EQ(part->targets.view()(i, 0), 10 * seen.back());
    }
  }
  EXPECT_FALSE(std::is_sorted(seen.begin(), seen.end()));
  std::sort(seen.begin(), seen.end());
  for (int i = 0; i < 50; ++i) EXPECT_EQ(seen[i], i);

  EXPECT_EQ(column(load(spec).training.inputs, 0), column(parts.training.inputs, 0));
  spec.seed = 43;
  EXPECT_NE(column(load(spec).training.inputs, 0), column(parts.training.inputs, 0));
}

TEST(LoadData, ValidationLeavesASampleOnEitherSide) {
  const TemporaryFolder folder;
  Spec spec = table_spec(folder, 3);
  spec.data.validation = 0.01;
  EXPECT_EQ(load(spec).validation.samples(), 1);
  spec.data.validation = 0.99;
  EXPECT_EQ(load(spec).training.samples(), 1);
  spec.data.samples = 1;
  EXPECT_NE(error_of([&] { load(spec); }).find("[data.validation]"), std::string::npos);
  for (const double share : {1.0, -0.1, std::nan("")}) {
    spec.data.validation = share;
    EXPECT_NE(error_of([&] { load(spec); }).find("[data.validation]"), std::string::npos);
  }
}

TEST(LoadData, StandardizesByTheTrainingPart) {
  const TemporaryFolder folder;
  Spec spec = table_spec(folder, 40);
  spec.data.validation = 0.25;
  const Split plain = load(spec);
  spec.data.standardize = true;
  const Split parts = load(spec);
  EXPECT_EQ(parts.training.targets.values, plain.training.targets.values);
  for (const Index feature : {0, 2}) {
    const auto [mean, deviation] = moments(column(plain.training.inputs, feature));
    for (Index i = 0; i < parts.training.samples(); ++i)
      EXPECT_NEAR(parts.training.inputs.view()(i, feature),
                  double((plain.training.inputs.view()(i, feature) - mean) / deviation), 1e-5);
    for (Index i = 0; i < parts.validation.samples(); ++i)
      EXPECT_NEAR(parts.validation.inputs.view()(i, feature),
                  double((plain.validation.inputs.view()(i, feature) - mean) / deviation), 1e-5);
    const auto [new_mean, new_deviation] = moments(column(parts.training.inputs, feature));
    EXPECT_NEAR(double(new_mean), 0, 1e-6);
    EXPECT_NEAR(double(new_deviation), 1, 1e-6);
  }
  // A constant is divided by 1.
  for (const float value : column(parts.training.inputs, 1)) EXPECT_NEAR(value, 0, 1e-8);
}

TEST(LoadData, StandardizesThenScalesTargets) {
  const TemporaryFolder folder;
  Spec spec = table_spec(folder, 40);
  spec.data.validation = 0.25;
  spec.data.target_scale = 100;
  const Split scaled = load(spec);
  spec.data.target_scale = 1;
  const Split plain = load(spec);
  for (std::size_t i = 0; i < plain.training.targets.values.size(); ++i)
    EXPECT_EQ(scaled.training.targets.values[i], 100 * plain.training.targets.values[i]);
  spec.data.standardize_target = true;
  spec.data.target_scale = 100;
  const Split parts = load(spec);
  EXPECT_EQ(parts.training.inputs.values, plain.training.inputs.values);
  const auto [mean, deviation] = moments(column(plain.training.targets, 0));
  for (Index i = 0; i < parts.validation.samples(); ++i)
    EXPECT_NEAR(parts.validation.targets.values[i],
                double(100 * (plain.validation.targets.values[i] - mean) / deviation), 1e-3);
  const auto [new_mean, new_deviation] = moments(column(parts.training.targets, 0));
  EXPECT_NEAR(double(new_mean), 0, 1e-4);
  EXPECT_NEAR(double(new_deviation), 100, 1e-4);
}

TEST(LoadData, ShuffledLabelsAreTheSameLabelsElsewhere) {
  Spec spec;
  spec.data.set = "blobs";
  spec.data.classes = 5;
  spec.train.loss = "cross_entropy";
  const Dataset plain = load(spec).training;
  spec.data.shuffle_labels = true;
  const Dataset shuffled = load(spec).training;
  EXPECT_EQ(shuffled.inputs.values, plain.inputs.values);
  Index same = 0;
  for (std::size_t i = 0; i < 500; ++i) same += shuffled.targets.values[i] == plain.targets.values[i];
  EXPECT_NEAR(double(same), 100, 40);  // as many as chance leaves in place
  EXPECT_TRUE(std::is_permutation(shuffled.targets.values.begin(), shuffled.targets.values.end(),
                                  plain.targets.values.begin()));
  spec.seed = 43;
  EXPECT_NE(load(spec).training.targets.values, shuffled.targets.values);
}

TEST(LoadData, PreparationDrawsNothingFromTheRunsGenerator) {
  Spec spec;
  Generator plain(9), prepared(9);
  load_data(spec, plain);
  spec.data.shuffle_labels = true;
  spec.data.validation = 0.5;
  load_data(spec, prepared);
  EXPECT_EQ(plain.random64(), prepared.random64());
}

TEST(LoadData, SplitAndLabelShuffleAreUnrelated) {
  const TemporaryFolder folder;
  Spec spec = table_spec(folder, 200);
  spec.data.shuffle_labels = true;
  const Dataset shuffled = load(spec).training;
  spec.data.shuffle_labels = false;
  spec.data.validation = 0.5;
  const Dataset half = load(spec).training;
  Index same = 0;
  for (Index i = 0; i < half.samples(); ++i) same += shuffled.targets.view()(i, 0) == half.targets.view()(i, 0);
  EXPECT_LT(same, 6);  // chance gives one in two hundred; one stream for both would give all
}

TEST(LoadData, TheTaskMustFitTheLoss) {
  const auto fails = [](const std::string& set, const std::string& loss, Index classes = 2) {
    Spec spec;
    spec.data.set = set;
    spec.data.classes = classes;
    spec.train.loss = loss;
    return error_of([&] { load(spec); });
  };
  EXPECT_NE(fails("blobs", "mse").find("[train.loss]"), std::string::npos);
  EXPECT_NE(fails("teacher", "cross_entropy").find("[train.loss]"), std::string::npos);
  EXPECT_NE(fails("teacher", "bce").find("[train.loss]"), std::string::npos);
  EXPECT_NE(fails("spiral", "bce", 3).find("exactly two classes"), std::string::npos);
  Spec spec;
  spec.data.set = "blobs";
  spec.train.loss = "bce";
  EXPECT_EQ(output_count(spec, load(spec).training), 1);
  spec.data.standardize_target = true;
  EXPECT_NE(error_of([&] { load(spec); }).find("[data.standardize_target]"), std::string::npos);
  spec.data.standardize_target = false;
  spec.data.target_scale = 10;
  EXPECT_NE(error_of([&] { load(spec); }).find("[data.target_scale]"), std::string::npos);
  spec.data.set = "blops";
  EXPECT_NE(error_of([&] { load(spec); }).find("blobs, cifar10, circle"), std::string::npos);
}

}  // namespace
}  // namespace gradclinic
