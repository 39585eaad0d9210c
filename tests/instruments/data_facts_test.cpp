#include "gradclinic/instruments/data_facts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "gradclinic/instruments/watch.h"
#include "gradclinic/train/train.h"
#include "instruments/tiny.h"

namespace gradclinic {
namespace {

/// Random inputs whose features differ in mean and size, and targets that depend on the first one.
Split regression(Index samples, Index features, Index outputs, std::uint64_t seed) {
  Generator generator(seed);
  Split split;
  Dataset& data = split.training;
  data.inputs = Tensor<float>(samples, features);
  data.targets = Tensor<float>(samples, outputs);
  generator.normal(data.inputs.view().flat());
  generator.normal(data.targets.view().flat(), 2, 0.5);
  for (Index i = 0; i < samples; ++i) {
    for (Index output = 0; output < outputs; ++output) data.targets.view()(i, output) += data.inputs.view()(i, 0);
    for (Index feature = 0; feature < features; ++feature) {
      float& value = data.inputs.view()(i, feature);
      value = static_cast<float>(feature - 2) + value * static_cast<float>(1 + feature * feature);
    }
  }
  return split;
}

Split classification(Index samples, Index classes, std::uint64_t seed) {
  Split split = regression(samples, 4, 1, seed);
  split.training.task = Task::classification;
  split.training.classes = classes;
  for (float& target : split.training.targets.values)
    target = std::clamp(std::floor(std::abs(target)), 0.0F, static_cast<float>(classes - 1));
  return split;
}

/// A column's finite entries, in double.
std::vector<double> finite_of(const Tensor<float>& values, Index column) {
  std::vector<double> finite;
  for (Index i = 0; i < values.rows; ++i)
    if (std::isfinite(values.view()(i, column))) finite.push_back(values.view()(i, column));
  return finite;
}

double mean_of(const std::vector<double>& values) {
  double sum = 0;
  for (double value : values) sum += value;
  return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

double deviation_of(const std::vector<double>& values) {
  std::vector<double> squares;
  for (double value : values) squares.push_back(std::pow(value - mean_of(values), 2));
  return std::sqrt(mean_of(squares));
}

/// For each of at most 600 samples spread evenly, its nearest other one, by brute force.
std::vector<std::pair<Index, Index>> slow_neighbours(const Dataset& data) {
  std::vector<double> means, deviations;
  for (Index feature = 0; feature < data.features(); ++feature) {
    means.push_back(mean_of(finite_of(data.inputs, feature)));
    deviations.push_back(deviation_of(finite_of(data.inputs, feature)));
  }
  const auto scaled = [&](Index sample, Index feature) {
    const float value = data.inputs.view()(sample, feature);
    const double deviation = deviations[static_cast<std::size_t>(feature)];
    if (deviation == 0 || !std::isfinite(value)) return 0.0;
    return (value - means[static_cast<std::size_t>(feature)]) / deviation;
  };
  const Index count = std::min<Index>(600, data.samples());
  std::vector<std::pair<Index, Index>> pairs;
  for (Index i = 0; i < count; ++i) {
    const Index own = i * data.samples() / count;
    double least = INFINITY;
    Index nearest = -1;
    for (Index j = 0; j < count; ++j) {
      const Index other = j * data.samples() / count;
      double distance = 0;
      for (Index feature = 0; feature < data.features(); ++feature)
        distance += std::pow(scaled(own, feature) - scaled(other, feature), 2);
      if (other != own && distance < least) least = distance, nearest = other;
    }
    pairs.emplace_back(own, nearest);
  }
  return pairs;
}

double slow_agreement(const Dataset& data) {
  double agreeing = 0, products = 0, squares = 0;
  const auto pairs = slow_neighbours(data);
  for (const auto& [own, other] : pairs) {
    agreeing += data.targets.view()(own, 0) == data.targets.view()(other, 0) ? 1 : 0;
    for (Index output = 0; output < data.targets.columns; ++output) {
      const double mean = mean_of(finite_of(data.targets, output));
      products += (data.targets.view()(own, output) - mean) * (data.targets.view()(other, output) - mean);
      squares += std::pow(data.targets.view()(own, output) - mean, 2);
    }
  }
  if (data.task == Task::classification) return agreeing / static_cast<double>(pairs.size());
  return squares > 0 ? products / squares : 0;
}

void expect_input_facts(const DataFacts& facts, const Tensor<float>& inputs) {
  double least = INFINITY, largest = 0, largest_mean = 0, constant = 0, non_finite = 0;
  std::vector<double> squares;
  for (Index feature = 0; feature < inputs.columns; ++feature) {
    const std::vector<double> column = finite_of(inputs, feature);
    largest_mean = std::max(largest_mean, std::abs(mean_of(column)));
    largest = std::max(largest, deviation_of(column));
    if (deviation_of(column) > 0) least = std::min(least, deviation_of(column));
    constant += deviation_of(column) == 0 ? 1 : 0;
    non_finite += static_cast<double>(inputs.rows) - static_cast<double>(column.size());
    std::vector<double> own;
    for (double value : column) own.push_back(value * value);
    squares.push_back(mean_of(own));
  }
  EXPECT_EQ(facts.input_non_finite, non_finite);
  EXPECT_EQ(facts.input_constant, constant / static_cast<double>(inputs.columns));
  EXPECT_NEAR(facts.input_mean_largest, largest_mean, 1e-9 * largest_mean);
  EXPECT_NEAR(facts.input_deviation_largest, largest, 1e-9 * largest);
  EXPECT_NEAR(facts.input_deviation_least, std::min(least, largest), 1e-9 * largest);
  EXPECT_NEAR(facts.input_rms, std::sqrt(mean_of(squares)), 1e-9 * facts.input_rms);
}

void expect_regression_facts(const Split& split) {
  const DataFacts facts = describe_data(split, find_loss("mse"));
  const Dataset& data = split.training;
  EXPECT_EQ(facts.samples, static_cast<double>(data.samples()));
  EXPECT_EQ(facts.held_out, static_cast<double>(split.validation.samples()));
  EXPECT_EQ(facts.features, static_cast<double>(data.features()));
  EXPECT_EQ(facts.outputs, static_cast<double>(data.targets.columns));
  expect_input_facts(facts, data.inputs);
  std::vector<double> means, variances;
  for (Index output = 0; output < data.targets.columns; ++output) {
    means.push_back(mean_of(finite_of(data.targets, output)));
    variances.push_back(std::pow(deviation_of(finite_of(data.targets, output)), 2));
  }
  EXPECT_NEAR(facts.target_mean, mean_of(means), 1e-9);
  EXPECT_NEAR(facts.constant_loss, mean_of(variances), 1e-9);
  EXPECT_NEAR(facts.target_deviation, std::sqrt(mean_of(variances)), 1e-9);
  EXPECT_NEAR(facts.neighbour_agreement, slow_agreement(data), 1e-6);
  EXPECT_EQ(facts.neighbour_chance, 0);
  EXPECT_NEAR(facts.neighbour_uncertainty, 1 / std::sqrt(std::min(600.0, facts.samples)), 1e-12);
  EXPECT_EQ(facts.largest_class, 0);
}

void expect_class_facts(const Split& split, const std::string& loss) {
  const DataFacts facts = describe_data(split, find_loss(loss));
  const Dataset& data = split.training;
  expect_input_facts(facts, data.inputs);
  EXPECT_EQ(facts.outputs, loss == "bce" ? 1 : static_cast<double>(data.classes));
  std::map<float, double> counts;
  for (float target : data.targets.values) ++counts[target];
  double largest = 0, smallest = 1, entropy = 0, chance = 0;
  for (const auto& [target, count] : counts) {
    const double share = count / static_cast<double>(data.samples());
    largest = std::max(largest, share);
    smallest = std::min(smallest, share);
    entropy += share * std::log(1 / share);
    chance += share * share;
  }
  EXPECT_EQ(facts.largest_class, largest);
  EXPECT_EQ(facts.smallest_class, smallest);
  EXPECT_EQ(facts.target_values, static_cast<double>(counts.size()));
  EXPECT_EQ(facts.target_whole, 1);
  EXPECT_NEAR(facts.constant_loss, entropy, 1e-12);
  EXPECT_NEAR(facts.neighbour_chance, chance, 1e-12);
  EXPECT_NEAR(facts.neighbour_agreement, slow_agreement(data), 1e-12);
  EXPECT_NEAR(facts.neighbour_uncertainty, std::sqrt(chance * (1 - chance) / std::min(600.0, facts.samples)), 1e-12);
}

TEST(DataFacts, OfRegressionsAgreeWithASlowVersion) {
  for (const Index samples : {2, 3, 50, 599, 600, 601, 1500}) {
    SCOPED_TRACE(samples);
    expect_regression_facts(regression(samples, 5, 1, 1));
    expect_regression_facts(regression(samples, 3, 2, 2));
  }
}

TEST(DataFacts, OfClassesAgreeWithASlowVersion) {
  for (const Index samples : {2, 60, 800}) {
    SCOPED_TRACE(samples);
    expect_class_facts(classification(samples, 2, 3), "bce");
    expect_class_facts(classification(samples, 5, 4), "cross_entropy");
  }
}

TEST(DataFacts, TheConstantLossIsTheLeastOfAConstantPrediction) {
  const Split split = classification(300, 3, 5);
  const double entropy = describe_data(split, find_loss("cross_entropy")).constant_loss;
  const auto loss_of = [&](double second, double third) {
    double sum = 0;
    for (float target : split.training.targets.values)
      sum += std::log(1 + std::exp(second) + std::exp(third)) - (target == 1 ? second : target == 2 ? third : 0);
    return sum / 300;
  };
  double least = INFINITY;
  for (double second = -3; second <= 3; second += 0.01)
    for (double third = -3; third <= 3; third += 0.01) least = std::min(least, loss_of(second, third));
  EXPECT_NEAR(entropy, least, 1e-4);
}

TEST(DataFacts, ConstantFeaturesAreCountedAndLeftOut) {
  Split split = regression(80, 5, 1, 6);
  for (Index i = 0; i < 80; ++i) split.training.inputs.view()(i, 1) = 7, split.training.inputs.view()(i, 3) = 0;
  expect_regression_facts(split);
  EXPECT_EQ(describe_data(split, find_loss("mse")).input_constant, 0.4);
  for (float& value : split.training.inputs.values) value = 3;
  const DataFacts facts = describe_data(split, find_loss("mse"));
  EXPECT_EQ(facts.input_constant, 1);
  EXPECT_EQ(facts.input_deviation_least, 0) << "no feature varies";
  EXPECT_EQ(facts.input_mean_largest, 3);
}

TEST(DataFacts, EntriesThatAreNotFiniteAreCountedAndLeftOut) {
  Split split = regression(80, 5, 2, 7);
  split.training.inputs.view()(3, 0) = NAN;
  split.training.inputs.view()(40, 0) = INFINITY;
  split.training.inputs.view()(41, 2) = -INFINITY;
  expect_regression_facts(split);
  EXPECT_EQ(describe_data(split, find_loss("mse")).input_non_finite, 3);
  EXPECT_EQ(describe_data(split, find_loss("mse")).target_non_finite, 0);
  split.training.targets.view()(5, 1) = NAN;
  const DataFacts facts = describe_data(split, find_loss("mse"));
  EXPECT_EQ(facts.target_non_finite, 1);
  EXPECT_TRUE(std::isfinite(facts.constant_loss));
  EXPECT_EQ(facts.target_values, 159) << "NaN is no value";
}

TEST(DataFacts, TargetsAreWholeOnlyIfAllAre) {
  Split split = regression(30, 2, 1, 8);
  for (float& target : split.training.targets.values) target = std::round(target);
  EXPECT_EQ(describe_data(split, find_loss("mse")).target_whole, 1);
  EXPECT_EQ(describe_data(split, find_loss("mse")).target_values,
            static_cast<double>(
                std::set<float>(split.training.targets.values.begin(), split.training.targets.values.end()).size()));
  split.training.targets.values[29] = 0.5F;
  EXPECT_EQ(describe_data(split, find_loss("mse")).target_whole, 0);
}

TEST(DataFacts, NeighboursTellLabelsFromShuffledOnes) {
  Spec spec;
  spec.data = {.set = "spiral", .samples = 500, .features = 2};
  spec.train.loss = "bce";
  for (const bool shuffled : {false, true}) {
    spec.data.shuffle_labels = shuffled;
    Generator generator(1);
    const DataFacts facts = describe_data(load_data(spec, generator), find_loss("bce"));
    const double above = (facts.neighbour_agreement - facts.neighbour_chance) / facts.neighbour_uncertainty;
    EXPECT_EQ(above > 5, !shuffled) << above;
    EXPECT_EQ(std::abs(above) < 4, shuffled) << above;
  }
}

TEST(DataFacts, OneSampleIsEnough) {
  const DataFacts facts = describe_data(regression(1, 3, 1, 9), find_loss("mse"));
  EXPECT_EQ(facts.samples, 1);
  EXPECT_EQ(facts.input_constant, 1);
  EXPECT_EQ(facts.constant_loss, 0);
}

TEST(DataGauge, WritesEveryFactOnceBeforeTheFirstStep) {
  Spec spec;
  spec.data = {.set = "teacher", .samples = 60, .features = 4, .validation = 0.25};
  spec.train.steps = 3;
  Rows rows;
  Watch watch(rows);
  train(spec, &watch);
  Generator generator(spec.seed);
  const DataFacts facts = describe_data(load_data(spec, generator), find_loss("mse"));
  ASSERT_EQ(rows.steps("data"), std::vector<std::int64_t>{0});
  EXPECT_EQ(rows.columns("data").size(), sizeof(DataFacts) / sizeof(double)) << "a column for each fact";
  EXPECT_EQ(rows.at("data", 0, "data.samples"), 45);
  EXPECT_EQ(rows.at("data", 0, "data.held_out"), 15);
  EXPECT_EQ(rows.at("data", 0, "data.constant_loss"), static_cast<float>(facts.constant_loss));
  EXPECT_EQ(rows.at("data", 0, "data.neighbour_agreement"), static_cast<float>(facts.neighbour_agreement));
  EXPECT_EQ(rows.at("data", 0, "data.input_rms"), static_cast<float>(facts.input_rms));
  EXPECT_EQ(rows.at("data", 0, "data.target_mean"), static_cast<float>(facts.target_mean));
}

TEST(DataFacts, OfTargetsKnownByMeanAndVariance) {
  // Means of two batches, 1 and 3, with a variance of 5 in each.
  Split split = regression(8, 3, 1, 4);
  for (Index i = 0; i < 8; ++i) split.training.targets.view()(i, 0) = i < 4 ? 1 : 3;
  DataFacts facts = describe_data(split, find_loss("mse"));
  const double input_rms = facts.input_rms;
  keep_only_moments(facts, 5);
  EXPECT_EQ(facts.output_broadcast, 1);
  EXPECT_NEAR(facts.target_mean, 2, 1e-12);
  EXPECT_NEAR(facts.constant_loss, 6, 1e-12);
  EXPECT_NEAR(facts.target_deviation, std::sqrt(6), 1e-12);
  EXPECT_TRUE(std::isnan(facts.target_values)) << "they are not two values";
  EXPECT_TRUE(std::isnan(facts.neighbour_agreement));
  EXPECT_EQ(facts.input_rms, input_rms);
}

TEST(DataFacts, OfInputsThatAreNotInStepWithTargets) {
  const Split targets = classification(90, 3, 7);
  const Split inputs = regression(30, 5, 1, 8);
  DataFacts facts = describe_data(targets, find_loss("cross_entropy"));
  const DataFacts of_targets = facts;
  const DataFacts of_inputs = describe_data(inputs, find_loss("mse"));
  replace_inputs(facts, inputs.training.inputs);
  for (double DataFacts::*fact :
       {&DataFacts::features, &DataFacts::input_non_finite, &DataFacts::input_rms, &DataFacts::input_mean_largest,
        &DataFacts::input_deviation_least, &DataFacts::input_deviation_largest, &DataFacts::input_constant})
    EXPECT_EQ(facts.*fact, of_inputs.*fact);
  EXPECT_EQ(facts.largest_class, of_targets.largest_class);
  EXPECT_EQ(facts.constant_loss, of_targets.constant_loss);
  EXPECT_TRUE(std::isnan(facts.neighbour_agreement)) << "nobody knows which go together";
}

}  // namespace
}  // namespace gradclinic
