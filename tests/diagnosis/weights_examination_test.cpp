#include "gradclinic/diagnosis/weights_examination.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "data/damage.h"
#include "gradclinic/diagnosis/weight_changes.h"
#include "gradclinic/diagnosis/weight_facts.h"
#include "logs/made_checkpoint.h"
#include "support/temporary_folder.h"

namespace gradclinic {
namespace {

constexpr Index kWidth = 6;

/// Four layers as He et al. initialize them, biases of 0.
std::vector<MadeTensor> network(unsigned seed = 1) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0, std::sqrt(2.0f / kWidth));
  std::vector<MadeTensor> tensors;
  for (int layer = 0; layer < 4; ++layer) {
    std::vector<float> weights(kWidth * kWidth);
    for (float& weight : weights) weight = normal(random);
    const std::string name = "layers." + std::to_string(layer);
    tensors.push_back({name + ".weight", {kWidth, kWidth}, weights});
    tensors.push_back({name + ".bias", {kWidth}, std::vector<float>(kWidth, 0.0f)});
  }
  return tensors;
}

std::vector<MadeTensor> trained(std::vector<MadeTensor> tensors) {
  std::mt19937 random(9);
  std::normal_distribution<float> normal(0, 0.01f);
  for (MadeTensor& tensor : tensors)
    for (float& value : tensor.values) value += normal(random);
  return tensors;
}

class WeightsExamination : public testing::Test {
 protected:
  Checkpoint checkpoint(const std::string& name, const std::vector<MadeTensor>& tensors) {
    return Checkpoint(folder_.write(name, made_safetensors(tensors)));
  }
  Diagnosis one(const std::vector<MadeTensor>& tensors) { return examine_weights(checkpoint("one", tensors)); }
  Diagnosis two(const std::vector<MadeTensor>& before, const std::vector<MadeTensor>& after) {
    const Checkpoint first = checkpoint("before", before);
    return examine_weights(checkpoint("after", after), &first);
  }
  static const Finding* note(const Diagnosis& diagnosis, const std::string& pathology) {
    const auto found = std::ranges::find(diagnosis.notes, pathology, &Finding::pathology);
    return found == diagnosis.notes.end() ? nullptr : &*found;
  }
  TemporaryFolder folder_;
};

TEST_F(WeightsExamination, SoundWeightsAreUndecidedNeverHealthy) {
  const Diagnosis alone = one(network());
  EXPECT_EQ(alone.verdict, Health::undecided);
  EXPECT_TRUE(alone.notes.empty()) << alone.notes.front().sentence;
  EXPECT_EQ(alone.gaps.size(), 2U);
  const Diagnosis both = two(network(), trained(network()));
  EXPECT_EQ(both.verdict, Health::undecided);
  ASSERT_EQ(both.notes.size(), 1U) << "how much the layers changed";
  EXPECT_EQ(both.notes.front().pathology, "update-ratio");
}

TEST_F(WeightsExamination, ANumberThatIsNotFiniteIsSickAndItsTensorNamed) {
  for (const float bad : {std::nanf(""), INFINITY, -INFINITY})
    for (const std::size_t tensor : {std::size_t{0}, std::size_t{5}}) {
      std::vector<MadeTensor> tensors = network();
      tensors[tensor].values[3] = bad;
      const Diagnosis diagnosis = one(tensors);
      EXPECT_EQ(diagnosis.verdict, Health::sick);
      EXPECT_EQ(diagnosis.cause()->pathology, "non-finite");
      EXPECT_NE(diagnosis.summary.find(tensors[tensor].name), std::string::npos) << diagnosis.summary;
      EXPECT_EQ(diagnosis.cause()->evidence.front().value, 1);
    }
}

TEST_F(WeightsExamination, NothingChangedIsSickOneLayerUnchangedANote) {
  const Diagnosis same = two(network(), network());
  EXPECT_EQ(same.verdict, Health::sick);
  EXPECT_EQ(same.cause()->pathology, "disconnected-parameter");
  std::vector<MadeTensor> later = trained(network());
  later[2] = network()[2];
  const Diagnosis frozen = two(network(), later);
  EXPECT_EQ(frozen.verdict, Health::undecided);
  ASSERT_NE(note(frozen, "disconnected-parameter"), nullptr);
  EXPECT_NE(note(frozen, "disconnected-parameter")->sentence.find("layers.1.weight"), std::string::npos);
}

TEST_F(WeightsExamination, AllWeightsEqualStaySymmetric) {
  std::vector<MadeTensor> tensors = network();
  for (MadeTensor& tensor : tensors) std::ranges::fill(tensor.values, 0.1f);
  const Diagnosis diagnosis = one(tensors);
  EXPECT_EQ(diagnosis.verdict, Health::sick);
  EXPECT_EQ(diagnosis.cause()->pathology, "symmetric-init");
  EXPECT_EQ(diagnosis.cause()->layers, (std::vector<int>{1, 2, 3}));
}

TEST_F(WeightsExamination, UnitsAlikeAreCertainOnlyWhereNothingCanTellThemApart) {
  std::vector<MadeTensor> tensors = network();
  for (std::size_t i = kWidth; i < tensors[2].values.size(); ++i) tensors[2].values[i] = tensors[2].values[i % kWidth];
  const Diagnosis before = one(tensors);
  EXPECT_EQ(before.verdict, Health::undecided) << "the weights behind differ";
  EXPECT_NE(note(before, "symmetric-init"), nullptr);
  std::vector<MadeTensor> with_bias = tensors;
  with_bias[3].values[0] = 1;
  EXPECT_EQ(note(one(with_bias), "symmetric-init"), nullptr) << "a bias tells a unit apart";
  const Diagnosis after = two(network(), tensors);
  EXPECT_EQ(after.verdict, Health::sick) << "alike after training";
  EXPECT_EQ(after.cause()->layers, std::vector<int>{2});
}

TEST_F(WeightsExamination, LayersOfZerosAndUnitsWithoutWeightsAreNotes) {
  std::vector<MadeTensor> tensors = network();
  std::ranges::fill(tensors[6].values, 0.0f);
  std::fill_n(tensors[0].values.begin(), 2 * kWidth, 0.0f);
  const Diagnosis diagnosis = one(tensors);
  EXPECT_EQ(diagnosis.verdict, Health::undecided) << "a last layer may start at 0 on purpose";
  ASSERT_NE(note(diagnosis, "disconnected-parameter"), nullptr);
  EXPECT_EQ(note(diagnosis, "disconnected-parameter")->layers, std::vector<int>{4});
  ASSERT_NE(note(diagnosis, "dead-relu"), nullptr);
  EXPECT_EQ(note(diagnosis, "dead-relu")->rule, "all incoming weights of 2 units are 0");
  EXPECT_EQ(note(diagnosis, "dead-relu")->layers, std::vector<int>{1});
}

TEST_F(WeightsExamination, ScalesFarOffAndVariancesOfZeroAreNotes) {
  std::vector<MadeTensor> tensors = network();
  for (float& weight : tensors[4].values) weight *= 1e-4f;
  tensors.push_back({"norm.running_var", {4}, {1, 0, 0, 2}});
  const Diagnosis diagnosis = one(tensors);
  EXPECT_EQ(diagnosis.verdict, Health::undecided);
  ASSERT_NE(note(diagnosis, "bad-init-scale"), nullptr);
  EXPECT_EQ(note(diagnosis, "bad-init-scale")->layers, std::vector<int>{3});
  ASSERT_NE(note(diagnosis, "dead-relu"), nullptr);
  EXPECT_NE(note(diagnosis, "dead-relu")->rule.find("2 channels"), std::string::npos);
}

TEST_F(WeightsExamination, WhatTheTwoFilesDoNotShareIsAGap) {
  std::vector<MadeTensor> later = trained(network());
  later[0].name = "stem.weight";
  later[2].shape = {kWidth * kWidth, 1};
  std::string gaps;
  for (const Diagnosis::Gap& gap : two(network(), later).gaps) gaps += gap.reason + "\n";
  EXPECT_NE(gaps.find("in one of the two files only: layers.0.weight, stem.weight"), std::string::npos) << gaps;
  EXPECT_NE(gaps.find("of another shape in the other file: layers.1.weight"), std::string::npos) << gaps;
  EXPECT_NE(error_of([&] {
              two({{"a", {2}, {1, 2}}}, {{"b", {2}, {1, 2}}});
            }).find("no tensor in common"),
            std::string::npos);
}

TEST_F(WeightsExamination, FactsAndChangesAreTheirDefinitions) {
  const std::vector<MadeTensor> tensors = network(), later = trained(network());
  const Checkpoint before = checkpoint("before", tensors), after = checkpoint("after", later);
  double squares = 0, difference = 0;
  for (std::size_t i = 0; i < tensors[0].values.size(); ++i) {
    const double one = tensors[0].values[i], other = later[0].values[i];
    squares += one * one;
    difference += (other - one) * (other - one);
  }
  const WeightFacts facts = facts_of(*before.find("layers.0.weight"), 1);
  EXPECT_NEAR(facts.norm, std::sqrt(squares), 1e-12);
  EXPECT_NEAR(facts.gain, std::sqrt(squares / (kWidth * kWidth) * kWidth), 1e-12);
  const WeightChanges changes = compare_weights(before, after);
  ASSERT_EQ(changes.changed.size(), 4U);
  EXPECT_NEAR(changes.changed[0].relative, std::sqrt(difference / squares), 1e-12);
  EXPECT_EQ(changes.compared, 8U);
  EXPECT_EQ(changes.any_changed, 8U);
}

TEST_F(WeightsExamination, UnitsOfAKernelAreItsLastDimension) {
  const Checkpoint kernel = checkpoint("k", {{"dense.kernel", {3, 2}, {1, 0, 2, 0, 3, 0}}});
  const WeightFacts facts = facts_of(kernel.tensors().front(), 1);
  EXPECT_EQ(facts.units, 2);
  EXPECT_EQ(facts.zero_units, 1);
  const Checkpoint weight = checkpoint("w", {{"dense.weight", {3, 2}, {1, 0, 2, 0, 3, 0}}});
  EXPECT_EQ(facts_of(weight.tensors().front(), 1).zero_units, 0);
}

}  // namespace
}  // namespace gradclinic
