// Outputs and losses that do not go together, in networks that another framework trains.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "diagnosis/outside_record.h"
#include "gradclinic/diagnosis/outside_changes.h"

namespace gradclinic {
namespace {

Record with_outputs(float probabilities, float broadcast = 0) {
  Record record = trained(kSgd, 1, 0.1F, 0.1F);
  add_table(record, "data", {0},
            {{{"data.output_probabilities", 0}, {probabilities}},
             {{"data.output_broadcast", 0}, {broadcast}},
             {{"data.target_values", 0}, {10}},
             {{"data.samples", 0}, {100}}});
  return record;
}

TEST(WrongOutputOrLoss, IsASoftmaxOfSmallLogitsThatTellClassesApart) {
  Record record = with_fact("output_largest", 0.1F, 0.8F, kSgd);
  add_table(
      record, "data", {0},
      {{{"data.output_largest", 0}, {0.1F}}, {{"data.output_of_layer", 0}, {0}}, {{"data.largest_class", 0}, {0.2F}}});
  EXPECT_FALSE(found("wrong-output-or-loss", record));
  Table& survey = record.tables["survey"];
  survey.columns.push_back({"survey.accuracy", 0});
  std::vector<float> with_accuracy;
  const std::size_t width = survey.columns.size();
  for (std::size_t row = 0; row < survey.steps.size(); ++row) {
    for (std::size_t column = 0; column + 1 < width; ++column)
      with_accuracy.push_back(survey.values[row * (width - 1) + column]);
    with_accuracy.push_back(0.9F);
  }
  survey.values = with_accuracy;
  ASSERT_TRUE(found("wrong-output-or-loss", record));
  EXPECT_NE(found("wrong-output-or-loss", record)->sentence.find("temperature"), std::string::npos);
}

TEST(WrongOutputOrLoss, IsASoftmaxOfCosines) {
  const auto with_logits = [](float largest, float of_layer) {
    Record record = with_fact("output_largest", largest, 0.8F, kSgd);
    add_table(record, "data", {0},
              {{{"data.output_largest", 0}, {largest}}, {{"data.output_of_layer", 0}, {of_layer}}});
    return record;
  };
  for (const float largest : {0.8F, 1.0F}) {
    const std::optional<Finding> finding = found("wrong-output-or-loss", with_logits(largest, 0));
    ASSERT_TRUE(finding);
    EXPECT_FALSE(finding->fatal);
    EXPECT_NE(finding->sentence.find("temperature"), std::string::npos);
    EXPECT_EQ(without("wrong-output-or-loss", with_logits(largest, 0))[0][0].key, kOutputKey);
    EXPECT_FALSE(found("wrong-output-or-loss", with_logits(largest, 1)));
  }
  for (const float largest : {0.3F, 4.0F}) EXPECT_FALSE(found("wrong-output-or-loss", with_logits(largest, 0)));
}

TEST(WrongOutputOrLoss, IsASoftmaxBeforeALossThatTakesLogits) {
  const std::optional<Finding> finding = found("wrong-output-or-loss", with_outputs(1));
  ASSERT_TRUE(finding);
  EXPECT_TRUE(finding->fatal);
  const auto changes = without("wrong-output-or-loss", with_outputs(1));
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0][0].key, kOutputKey);
}

TEST(WrongOutputOrLoss, IsALossOfEveryOutputWithEveryTarget) {
  const std::optional<Finding> finding = found("wrong-output-or-loss", with_outputs(0, 1));
  ASSERT_TRUE(finding);
  EXPECT_TRUE(finding->fatal);
  EXPECT_TRUE(finding->by_hand);
  ASSERT_EQ(finding->evidence.size(), 1U) << "only what speaks for this mistake";
  EXPECT_NE(finding->sentence.find("squeeze"), std::string::npos);
  const auto changes = without("wrong-output-or-loss", with_outputs(0, 1));
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_EQ(text_of(changes[0]), "model.output = squeezed");
  EXPECT_EQ(text_of(changes[1]), "model.output = squeezed-in-training");
}

TEST(WrongOutputOrLoss, IsAnOutputThatCannotReachItsTargets) {
  const auto with = [](float share) {
    Record record = trained(kSgd, 1, 0.1F, 0.1F);
    add_table(record, "data", {0}, {{{"data.output_out_of_reach", 0}, {share}}, {{"data.target_values", 0}, {100}}});
    return record;
  };
  EXPECT_FALSE(found("wrong-output-or-loss", with(0)));
  EXPECT_FALSE(found("wrong-output-or-loss", with(0.05F))) << "a few targets beyond it";
  ASSERT_TRUE(found("wrong-output-or-loss", with(0.15F)));
  EXPECT_FALSE(found("wrong-output-or-loss", with(0.15F))->fatal);
  EXPECT_TRUE(found("wrong-output-or-loss", with(0.3F))->fatal);
  EXPECT_TRUE(without("wrong-output-or-loss", with(0.3F)).empty());
}

TEST(WrongOutputOrLoss, IsNotToldOfFunctionsThatAreNotKnown) {
  EXPECT_FALSE(found("wrong-output-or-loss", with_outputs(0))) << "an outside network's activation may be unknown";
  EXPECT_FALSE(found("wrong-output-or-loss", with_outputs(NAN)));
  EXPECT_TRUE(without("wrong-output-or-loss", with_outputs(0)).empty());
}

}  // namespace
}  // namespace gradclinic
