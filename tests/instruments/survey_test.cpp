#include "gradclinic/instruments/survey.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>

#include "gradclinic/net/activation.h"

namespace gradclinic {
namespace {

/// A network and data to survey, outside of any training loop.
struct Patient {
  Patient(const ModelSpec& model, const std::string& loss, Index samples, Index features, Index outputs,
          Index largest_batch)
      : generator(3) {
    spec.model = model;
    spec.train.loss = loss;
    const bool classifies = find_loss(loss).classifies;
    Dataset& training_data = data.training;
    training_data.inputs = Tensor<float>(samples, features);
    generator.normal(training_data.inputs.view().flat());
    training_data.targets = Tensor<float>(samples, classifies ? 1 : outputs);
    generator.normal(training_data.targets.view().flat());
    if (classifies) {
      training_data.task = Task::classification;
      training_data.classes = std::max<Index>(2, outputs);
      // Classes of unequal shares, in no order.
      for (float& target : training_data.targets.values)
        target = std::min(static_cast<float>(training_data.classes - 1), std::floor(std::abs(2 * target)));
    }
    network = std::make_unique<Network<float>>(spec.model, features, outputs, largest_batch, generator);
    for (const Parameter<float>& parameter : network->parameters())
      if (parameter.name == "bias") generator.normal(parameter.value.flat(), 0.0F, 0.5F);
    training = std::make_unique<Training>(Training{spec, data, find_loss(loss), *network, 1, largest_batch});
  }

  Spec spec;
  Generator generator;
  Split data;
  std::unique_ptr<Network<float>> network;
  std::unique_ptr<Training> training;
};

/// Every layer's activations of one sample (of the last layer: its outputs), by layer from 1.
class OneSample : public Tap {
 public:
  explicit OneSample(int depth) : depth_(depth) {}
  void see(Quantity quantity, int layer, View<const float> values) override {
    if (quantity == (layer == depth_ ? Quantity::pre_activation : Quantity::activation))
      activations[layer].assign(values.flat().begin(), values.flat().end());
  }
  std::map<int, std::vector<double>> activations;

 private:
  int depth_;
};

using Samples = std::vector<std::vector<double>>;  // sample by unit

double slow_loss(const std::string& loss, const std::vector<double>& outputs, const float* targets) {
  double sum = 0;
  if (loss == "mse") {
    for (std::size_t i = 0; i < outputs.size(); ++i) sum += std::pow(outputs[i] - targets[i], 2);
    return sum / static_cast<double>(outputs.size());
  }
  if (loss == "bce") {
    const double right = 1 / (1 + std::exp(-outputs[0]));
    return -(targets[0] * std::log(right) + (1 - targets[0]) * std::log(1 - right));
  }
  for (double output : outputs) sum += std::exp(output);
  return -std::log(std::exp(outputs[static_cast<std::size_t>(targets[0])]) / sum);
}

int slow_class(const std::vector<double>& outputs) {
  if (outputs.size() == 1) return outputs[0] > 0 ? 1 : 0;
  return static_cast<int>(std::max_element(outputs.begin(), outputs.end()) - outputs.begin());
}

double dot(const std::vector<double>& one, const std::vector<double>& other) {
  double sum = 0;
  for (std::size_t i = 0; i < one.size(); ++i) sum += one[i] * other[i];
  return sum;
}

double slow_alike(const Samples& samples) {
  double products = 0, pairs = 0, squares = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    squares += dot(samples[i], samples[i]) / static_cast<double>(samples.size());
    for (std::size_t j = 0; j < samples.size(); ++j)
      if (i != j) products += dot(samples[i], samples[j]), ++pairs;
  }
  return products / pairs / squares;
}

/// Covariance of two units over the first `count` samples.
double slow_covariance(const Samples& samples, std::size_t count, std::size_t one, std::size_t other) {
  double one_mean = 0, other_mean = 0, sum = 0;
  const auto n = static_cast<double>(count);
  for (std::size_t i = 0; i < count; ++i) one_mean += samples[i][one] / n, other_mean += samples[i][other] / n;
  for (std::size_t i = 0; i < count; ++i) sum += (samples[i][one] - one_mean) * (samples[i][other] - other_mean) / n;
  return sum;
}

double slow_dimensions(const Samples& samples) {
  const std::size_t count = std::min<std::size_t>(128, samples.size());
  const std::size_t units = samples[0].size();
  double trace = 0, squares = 0;
  for (std::size_t i = 0; i < units; ++i) {
    trace += slow_covariance(samples, count, i, i);
    for (std::size_t j = 0; j < units; ++j) squares += std::pow(slow_covariance(samples, count, i, j), 2);
  }
  return squares > 0 ? trace * trace / squares : 0;
}

void slow_weights(View<const float> weights, LayerSurvey& layer) {
  long double sum = 0, squares = 0;
  for (float weight : weights.flat()) sum += weight;
  const long double mean = sum / static_cast<long double>(weights.size());
  for (float weight : weights.flat()) squares += (weight - mean) * (weight - mean);
  layer.weight_mean = static_cast<double>(mean);
  layer.weight_deviation = static_cast<double>(std::sqrt(squares / static_cast<long double>(weights.size())));
}

double slow_spread(const Samples& samples) {
  double sum = 0;
  for (std::size_t unit = 0; unit < samples[0].size(); ++unit)
    sum += slow_covariance(samples, samples.size(), unit, unit);
  return std::sqrt(sum / static_cast<double>(samples[0].size()));
}

/// The share of units for which at least `share` of the samples hold.
template <class Holds>
double slow_share(const Samples& samples, double share, Holds holds) {
  double units = 0;
  for (std::size_t unit = 0; unit < samples[0].size(); ++unit) {
    double holding = 0;
    for (const auto& sample : samples) holding += holds(sample[unit]) ? 1 : 0;
    units += holding >= share * static_cast<double>(samples.size()) ? 1 : 0;
  }
  return units / static_cast<double>(samples[0].size());
}

SurveyResult slow_survey(const Training& training) {
  const Dataset& data = training.data.training;
  const int depth = training.network.depth();
  const Activation& activation = find_activation(training.spec.model.activation);
  const Index count = std::min<Index>(512, data.samples());
  const auto n = static_cast<double>(count);
  SurveyResult result;
  std::map<int, Samples> layers;
  std::map<int, std::pair<double, double>> classes;  // right, seen
  for (Index i = 0; i < count; ++i) {
    const Index sample = i * data.samples() / count;
    Tensor<float> input(data.features(), 1);
    std::copy_n(data.inputs.view().row(sample), data.features(), input.values.begin());
    OneSample tap(depth);
    training.network.forward(input.view(), {.training = false, .tap = &tap});
    for (const auto& [layer, values] : tap.activations) layers[layer].push_back(values);
    const float* targets = data.targets.view().row(sample);
    result.loss += slow_loss(training.spec.train.loss, tap.activations[depth], targets) / n;
    auto& [right, seen] = classes[static_cast<int>(*targets)];
    right += slow_class(tap.activations[depth]) == static_cast<int>(*targets) ? 1 : 0;
    ++seen;
  }
  const bool classifies = training.loss.classifies;
  for (const auto& [target, counted] : classes) {
    result.accuracy += counted.first / n;
    result.balanced_accuracy += counted.first / counted.second / static_cast<double>(classes.size());
  }
  if (!classifies) result.accuracy = result.balanced_accuracy = NAN;
  for (const auto& [layer, samples] : layers) {
    LayerSurvey& own = result.layers.emplace_back();
    const auto saturated = [&](double x) { return x <= activation.saturated_low || x >= activation.saturated_high; };
    if (layer < depth) {
      own.dead = activation.can_die ? slow_share(samples, 1, [](double x) { return x == 0; }) : 0;
      own.saturated = slow_share(samples, 0.95, saturated);
    }
    own.alike = slow_alike(samples);
    own.dimensions = slow_dimensions(samples);
    own.spread = slow_spread(samples);
    for (const Parameter<float>& parameter : training.network.parameters())
      if (parameter.name == "weight" && parameter.layer == layer) slow_weights(parameter.value, own);
  }
  return result;
}

void expect_near(double got, double expected, const std::string& what) {
  if (std::isnan(expected))
    EXPECT_TRUE(std::isnan(got)) << what << " is " << got;
  else
    EXPECT_NEAR(got, expected, 2e-4 * std::abs(expected) + 1e-9) << what;
}

void expect_slow(Patient& patient) {
  Survey survey(*patient.training);
  survey.take(*patient.training);
  const SurveyResult got = survey.take(*patient.training);  // nothing is left of the first
  const SurveyResult expected = slow_survey(*patient.training);
  expect_near(got.loss, expected.loss, "loss");
  expect_near(got.accuracy, expected.accuracy, "accuracy");
  expect_near(got.balanced_accuracy, expected.balanced_accuracy, "balanced accuracy");
  ASSERT_EQ(got.layers.size(), expected.layers.size());
  for (std::size_t i = 0; i < got.layers.size(); ++i) {
    SCOPED_TRACE("layer " + std::to_string(i + 1));
    EXPECT_EQ(got.layers[i].dead, expected.layers[i].dead);
    EXPECT_EQ(got.layers[i].saturated, expected.layers[i].saturated);
    expect_near(got.layers[i].alike, expected.layers[i].alike, "alike");
    expect_near(got.layers[i].dimensions, expected.layers[i].dimensions, "dimensions");
    expect_near(got.layers[i].spread, expected.layers[i].spread, "spread");
    expect_near(got.layers[i].weight_mean, expected.layers[i].weight_mean, "mean weight");
    expect_near(got.layers[i].weight_deviation, expected.layers[i].weight_deviation, "deviation of the weights");
  }
}

ModelSpec model_of(const std::string& activation, const std::string& norm = "none") {
  ModelSpec model;
  model.depth = 4;
  model.width = 9;
  model.activation = activation;
  model.init = "he_normal";
  model.norm = norm;
  return model;
}

TEST(Survey, AgreesWithASlowVersion) {
  struct Task {
    const char* loss;
    Index outputs;
  };
  for (const Task& task : {Task{"mse", 3}, Task{"bce", 1}, Task{"cross_entropy", 4}})
    for (const char* activation : {"relu", "tanh", "gelu"})
      for (const char* norm : {"none", "batch", "layer"}) {
        SCOPED_TRACE(std::string(task.loss) + ", " + activation + ", norm " + norm);
        Patient patient(model_of(activation, norm), task.loss, 150, 5, task.outputs, 150);
        expect_slow(patient);
      }
}

TEST(Survey, CountsDeadAndSaturatedUnits) {
  for (const char* activation : {"relu", "tanh", "sigmoid", "selu"}) {
    SCOPED_TRACE(activation);
    Patient patient(model_of(activation), "mse", 90, 5, 2, 90);
    for (const Parameter<float>& parameter : patient.network->parameters())
      if (parameter.name == "bias" && parameter.layer < 4)
        for (float& value : parameter.value.flat()) value = 20 * value - 8;  // far off for most units, on either side
    Survey survey(*patient.training);
    const SurveyResult got = survey.take(*patient.training);
    const SurveyResult expected = slow_survey(*patient.training);
    double dead = 0, saturated = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      EXPECT_EQ(got.layers[i].dead, expected.layers[i].dead);
      EXPECT_EQ(got.layers[i].saturated, expected.layers[i].saturated);
      dead += got.layers[i].dead, saturated += got.layers[i].saturated;
    }
    EXPECT_EQ(dead > 0, activation == std::string("relu")) << "the others cannot die";
    EXPECT_EQ(saturated > 0, activation != std::string("relu")) << "which does not saturate";
  }
}

TEST(Survey, SpreadsItsSampleOverTheData) {
  for (const Index samples : {511, 512, 513, 900, 1300}) {
    SCOPED_TRACE(samples);
    Patient patient(model_of("relu"), "cross_entropy", samples, 5, 3, 700);
    expect_slow(patient);
  }
}

TEST(Survey, BatchesMayBeSmallerThanTheSample) {
  for (const Index batch : {1, 7, 64, 128, 200}) {
    SCOPED_TRACE(batch);
    Patient patient(model_of("tanh", "layer"), "mse", 300, 5, 2, batch);
    expect_slow(patient);
  }
}

TEST(Survey, OneLayerIsAllOutput) {
  ModelSpec model = model_of("relu");
  model.depth = 1;
  Patient patient(model, "mse", 40, 5, 3, 40);
  expect_slow(patient);
}

TEST(Survey, OneSampleHasNoNeighbours) {
  Patient patient(model_of("tanh"), "mse", 1, 5, 2, 1);
  Survey survey(*patient.training);
  const SurveyResult& result = survey.take(*patient.training);
  EXPECT_TRUE(std::isfinite(result.loss));
  EXPECT_TRUE(std::isnan(result.layers[0].alike));
  EXPECT_TRUE(std::isnan(result.layers[0].dimensions));
  EXPECT_EQ(result.layers[0].spread, 0);
}

// Signals of deep networks shrink and grow by many orders of magnitude; their shape must stay measurable.
TEST(Survey, ShapesDoNotDependOnTheScaleOfTheSignal) {
  ModelSpec model = model_of("relu");
  model.depth = 2;
  std::vector<SurveyResult> results;
  for (const float scale : {1.0F, 1e-15F, 1e12F}) {
    Patient patient(model, "mse", 60, 5, 2, 60);
    for (const Parameter<float>& parameter : patient.network->parameters())
      if (parameter.layer == 1)
        for (float& value : parameter.value.flat()) value *= scale;
    Survey survey(*patient.training);
    const SurveyResult& result = results.emplace_back(survey.take(*patient.training));
    expect_near(result.layers[0].dimensions, results[0].layers[0].dimensions, "dimensions");
    expect_near(result.layers[0].alike, results[0].layers[0].alike, "alike");
    EXPECT_NEAR(result.layers[0].spread / scale, results[0].layers[0].spread, 1e-4 * results[0].layers[0].spread);
  }
}

TEST(Survey, NaNIsNotMistakenForANumber) {
  Patient patient(model_of("relu"), "mse", 30, 5, 2, 30);
  patient.network->values()[0] = NAN;
  Survey survey(*patient.training);
  const SurveyResult& result = survey.take(*patient.training);
  EXPECT_TRUE(std::isnan(result.loss));
  for (const LayerSurvey& layer : result.layers) {
    EXPECT_TRUE(std::isnan(layer.dimensions)) << layer.dimensions;
    EXPECT_TRUE(std::isnan(layer.spread)) << layer.spread;
    EXPECT_TRUE(std::isnan(layer.alike)) << layer.alike;
  }
}

}  // namespace
}  // namespace gradclinic
