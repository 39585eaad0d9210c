#include "gradclinic/train/batches.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace gradclinic {
namespace {

/// Sample i has the features 10 i, 10 i + 1, ... and the targets -i and -i - 0.5.
Dataset numbered(Index samples, Index features) {
  Dataset data;
  data.inputs = Tensor<float>(samples, features);
  data.targets = Tensor<float>(samples, 2);
  for (Index i = 0; i < samples; ++i) {
    for (Index k = 0; k < features; ++k) data.inputs.view()(i, k) = static_cast<float>(10 * i + k);
    data.targets.view()(i, 0) = static_cast<float>(-i);
    data.targets.view()(i, 1) = static_cast<float>(-i) - 0.5F;
  }
  return data;
}

/// The samples of a batch, after a check that every entry of it belongs to its sample.
std::vector<int> samples_of(const Batch& batch) {
  std::vector<int> samples;
  EXPECT_EQ(batch.inputs.columns, batch.targets.columns);
  for (Index i = 0; i < batch.inputs.columns; ++i) {
    const int sample = static_cast<int>(batch.inputs(0, i)) / 10;
    for (Index k = 0; k < batch.inputs.rows; ++k) EXPECT_EQ(batch.inputs(k, i), static_cast<float>(10 * sample + k));
    EXPECT_EQ(batch.targets(0, i), static_cast<float>(-sample));
    EXPECT_EQ(batch.targets(1, i), static_cast<float>(-sample) - 0.5F);
    samples.push_back(sample);
  }
  return samples;
}

std::vector<int> counted(int count) {
  std::vector<int> all;
  for (int i = 0; i < count; ++i) all.push_back(i);
  return all;
}

TEST(Batches, EveryEpochDealsEverySampleOnceInANewOrder) {
  const Dataset data = numbered(50, 3);
  Batches batches(data, 16, 9);
  ASSERT_EQ(batches.per_epoch(), 4);
  EXPECT_EQ(batches.largest(), 16);
  std::vector<std::vector<int>> epochs;
  for (int epoch = 0; epoch < 3; ++epoch) {
    std::vector<int> dealt;
    for (int i = 0; i < 4; ++i) {
      const std::vector<int> batch = samples_of(batches.next());
      EXPECT_EQ(batch.size(), i < 3 ? 16U : 2U);
      dealt.insert(dealt.end(), batch.begin(), batch.end());
    }
    EXPECT_FALSE(std::ranges::is_sorted(dealt));
    epochs.push_back(dealt);
    std::ranges::sort(dealt);
    EXPECT_EQ(dealt, counted(50));
  }
  EXPECT_NE(epochs[0], epochs[1]);
  EXPECT_NE(epochs[1], epochs[2]);
}

TEST(Batches, TheSeedDecidesTheOrder) {
  const Dataset data = numbered(30, 2);
  Batches one(data, 10, 5), same(data, 10, 5), other(data, 10, 6);
  const std::vector<int> first = samples_of(one.next());
  EXPECT_EQ(first, samples_of(same.next()));
  EXPECT_NE(first, samples_of(other.next()));
}

TEST(Batches, TheFullBatchKeepsItsOrder) {
  const Dataset data = numbered(37, 5);
  for (const Index size : {0, 37, 1000}) {
    Batches batches(data, size, 5);
    EXPECT_EQ(batches.per_epoch(), 1);
    EXPECT_EQ(batches.largest(), 37);
    for (int i = 0; i < 2; ++i) EXPECT_EQ(samples_of(batches.next()), counted(37)) << size;
  }
}

TEST(Batches, OfOneSample) {
  const Dataset data = numbered(3, 40);
  Batches batches(data, 1, 5);
  ASSERT_EQ(batches.per_epoch(), 3);
  std::vector<int> dealt;
  for (int i = 0; i < 3; ++i) dealt.push_back(samples_of(batches.next()).at(0));
  std::ranges::sort(dealt);
  EXPECT_EQ(dealt, counted(3));
}

}  // namespace
}  // namespace gradclinic
