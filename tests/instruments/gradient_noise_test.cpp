#include "gradclinic/instruments/gradient_noise.h"

#include <gtest/gtest.h>

#include <cmath>

#include "instruments/tiny.h"

namespace gradclinic {
namespace {

using Gradient = std::vector<double>;

/// One gradient per sample, in double, each from a pass over that sample alone.
std::vector<Gradient> gradients_by_sample(const Tiny& tiny) {
  Generator generator(1);
  Network<double> network(tiny.spec.model, tiny.inputs.rows, tiny.targets.rows, 1, generator);
  std::ranges::copy(tiny.network->values(), network.values().begin());
  std::vector<Gradient> gradients;
  for (Index sample = 0; sample < tiny.inputs.columns; ++sample) {
    Tensor<double> input(tiny.inputs.rows, 1);
    Tensor<double> target(tiny.targets.rows, 1);
    Tensor<double> output_gradient(tiny.targets.rows, 1);
    for (Index row = 0; row < input.rows; ++row) input.values[row] = tiny.inputs.view()(row, sample);
    for (Index row = 0; row < target.rows; ++row) target.values[row] = tiny.targets.view()(row, sample);
    tiny.training->loss.evaluate64(network.forward(input.view(), {}), target.view(), output_gradient.view());
    network.backward(input.view(), output_gradient.view(), {});
    gradients.emplace_back(network.gradients().begin(), network.gradients().end());
  }
  return gradients;
}

Gradient mean_of(const std::vector<Gradient>& gradients, std::size_t first, std::size_t count) {
  Gradient mean(gradients[0].size());
  for (std::size_t i = first; i < first + count; ++i)
    for (std::size_t j = 0; j < mean.size(); ++j) mean[j] += gradients[i][j] / static_cast<double>(count);
  return mean;
}

/// Per entry: which layer it belongs to.
std::vector<int> layers_of_entries(const Tiny& tiny) {
  std::vector<int> layers(tiny.network->values().size());
  for (const Parameter<float>& parameter : tiny.network->parameters())
    std::fill_n(layers.begin() + (parameter.value.data - tiny.network->values().data()), parameter.value.size(),
                parameter.layer);
  return layers;
}

/// The sample covariance of the parts' gradients, scaled to one sample, and the squared mean less its share of noise:
/// the same estimators by another road.
GradientNoise slow_noise(const Tiny& tiny, std::size_t parts, int layer) {
  const std::vector<Gradient> samples = gradients_by_sample(tiny);
  const std::vector<int> layers = layers_of_entries(tiny);
  const std::size_t size = samples.size() / parts;
  const Gradient mean = mean_of(samples, 0, parts * size);
  double variance = 0;
  double signal = 0;
  for (std::size_t part = 0; part < parts; ++part) {
    const Gradient own = mean_of(samples, part * size, size);
    for (std::size_t j = 0; j < mean.size(); ++j)
      if (layer == 0 || layers[j] == layer)
        variance +=
            (own[j] - mean[j]) * (own[j] - mean[j]) * static_cast<double>(size) / static_cast<double>(parts - 1);
  }
  for (std::size_t j = 0; j < mean.size(); ++j)
    if (layer == 0 || layers[j] == layer) signal += mean[j] * mean[j];
  return {signal - variance / static_cast<double>(parts * size), variance};
}

TEST(GradientNoise, AgreesWithTheCovarianceOfGradientsBySample) {
  for (const auto& [batch, parts] : {std::pair{64, 8}, {67, 8}, {16, 8}, {15, 7}, {5, 2}, {4, 2}}) {
    const Tiny tiny(Tiny::spec_of(3, 6, "tanh"), 4, 2, batch);
    GradientNoiseMeter meter(*tiny.training);
    const std::vector<GradientNoise>& noise = meter.estimate(*tiny.training, tiny.inputs.view(), tiny.targets.view());
    ASSERT_EQ(noise.size(), 4U);
    for (int layer = 0; layer <= 3; ++layer) {
      const GradientNoise expected = slow_noise(tiny, static_cast<std::size_t>(parts), layer);
      const double tolerance = 1e-4 * (std::abs(expected.signal) + expected.variance / batch);
      EXPECT_NEAR(noise[layer].signal, expected.signal, tolerance) << batch << " layer " << layer;
      EXPECT_NEAR(noise[layer].variance, expected.variance, 1e-4 * expected.variance) << batch << " layer " << layer;
    }
  }
}

TEST(GradientNoise, IsUnbiasedOverManyBatches) {
  // Truth from 6,000 samples; the meter sees 16 at a time.
  constexpr Index kBatch = 16;
  const Tiny tiny(Tiny::spec_of(2, 5, "tanh"), 3, 1, 6'000);
  const std::vector<Gradient> samples = gradients_by_sample(tiny);
  const Gradient mean = mean_of(samples, 0, samples.size());
  double signal = 0;
  double variance = 0;
  for (std::size_t j = 0; j < mean.size(); ++j) signal += mean[j] * mean[j];
  for (const Gradient& sample : samples)
    for (std::size_t j = 0; j < mean.size(); ++j)
      variance += (sample[j] - mean[j]) * (sample[j] - mean[j]) / static_cast<double>(samples.size() - 1);
  GradientNoiseMeter meter(*tiny.training);
  Tensor<float> inputs(3, kBatch);
  Tensor<float> targets(1, kBatch);
  GradientNoise average;
  constexpr int kBatches = 375;
  for (int batch = 0; batch < kBatches; ++batch) {
    for (Index sample = 0; sample < kBatch; ++sample) {
      for (Index row = 0; row < 3; ++row) inputs.view()(row, sample) = tiny.inputs.view()(row, batch * kBatch + sample);
      targets.view()(0, sample) = tiny.targets.view()(0, batch * kBatch + sample);
    }
    const GradientNoise whole = meter.estimate(*tiny.training, inputs.view(), targets.view())[0];
    average.signal += whole.signal / kBatches;
    average.variance += whole.variance / kBatches;
  }
  EXPECT_NEAR(average.variance, variance, 0.1 * variance);
  EXPECT_NEAR(average.signal, signal, 0.1 * signal + 0.05 * variance / kBatch);
}

TEST(GradientNoise, OfEqualSamplesIsAllSignal) {
  Tiny tiny(Tiny::spec_of(2, 4, "tanh"), 2, 1, 24);
  for (Index sample = 0; sample < 24; ++sample) {
    for (Index row = 0; row < 2; ++row) tiny.inputs.view()(row, sample) = 0.5F;
    tiny.targets.view()(0, sample) = 1;
  }
  GradientNoiseMeter meter(*tiny.training);
  const GradientNoise whole = meter.estimate(*tiny.training, tiny.inputs.view(), tiny.targets.view())[0];
  EXPECT_GT(whole.signal, 0.01);
  EXPECT_LT(whole.variance, 1e-5 * whole.signal);
  EXPECT_LT(whole.scale(), 1e-4);
  EXPECT_GT(whole.signal_to_noise(24), 1e6);
}

TEST(GradientNoise, ScaleIsInfiniteWithoutASignal) {
  EXPECT_TRUE(std::isinf((GradientNoise{.signal = -0.1, .variance = 2}).scale()));
  EXPECT_EQ((GradientNoise{.signal = 0.5, .variance = 2}).scale(), 4);
}

TEST(GradientNoise, NeedsFourSamples) {
  const Tiny tiny(Tiny::spec_of(2, 4, "tanh"), 2, 1, 3);
  GradientNoiseMeter meter(*tiny.training);
  for (const GradientNoise& noise : meter.estimate(*tiny.training, tiny.inputs.view(), tiny.targets.view()))
    EXPECT_TRUE(std::isnan(noise.signal) && std::isnan(noise.variance));
}

}  // namespace
}  // namespace gradclinic
