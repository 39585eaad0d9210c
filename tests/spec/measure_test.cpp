#include "gradclinic/spec/measure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "spec/error_of.h"

namespace gradclinic {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

Measure parsed(const std::string& text) { return parse_measure(text, "here"); }
std::string error(const std::string& text) {
  return error_of([&] { parse_measure(text, "file.toml:12 claim.measure"); });
}

TEST(Measure, AQuantityAloneIsItsFinalValue) {
  const Measure measure = parsed("loss");
  EXPECT_EQ(measure.quantity, "loss");
  EXPECT_EQ(measure.layers, Layers::whole);
  EXPECT_EQ(measure.moment, Moment::final);
  EXPECT_FALSE(measure.moment_written);
  EXPECT_FALSE(measure.steps_to);
}

TEST(Measure, LayersAndMoment) {
  const Measure measure = parsed("  weight_grad.l2   first/last at  start ");
  EXPECT_EQ(measure.text, "weight_grad.l2 first/last at start");
  EXPECT_EQ(measure.quantity, "weight_grad.l2");
  EXPECT_EQ(measure.layers, Layers::first_over_last);
  EXPECT_EQ(measure.moment, Moment::start);
  EXPECT_TRUE(measure.moment_written);
}

TEST(Measure, EveryLayerWord) {
  EXPECT_EQ(parsed("a first").layers, Layers::first);
  EXPECT_EQ(parsed("a last at best").layers, Layers::last);
  EXPECT_EQ(parsed("a layer 3").layers, Layers::number);
  EXPECT_EQ(parsed("a layer 3 max").layer, 3);
  EXPECT_EQ(parsed("a layer 3 max").moment, Moment::max);
  EXPECT_EQ(parsed("a mean final").layers, Layers::mean);
  EXPECT_EQ(parsed("a median final").layers, Layers::median);
  EXPECT_EQ(parsed("a min final").layers, Layers::min);
}

TEST(Measure, EveryMoment) {
  const std::vector<std::pair<std::string, Moment>> moments = {
      {"start", Moment::start}, {"final", Moment::final}, {"best", Moment::best},     {"max", Moment::max},
      {"min", Moment::min},     {"mean", Moment::mean},   {"median", Moment::median}, {"spread", Moment::spread}};
  for (const auto& [word, moment] : moments) {
    EXPECT_EQ(parsed("loss " + word).moment, moment) << word;
    EXPECT_EQ(parsed("loss at " + word).moment, moment) << word;
    EXPECT_EQ(parsed("loss " + word).layers, Layers::whole) << word;
    EXPECT_EQ(name_of(moment), word);
  }
}

TEST(Measure, MaxIsOfLayersOnlyWhenAMomentFollows) {
  EXPECT_EQ(parsed("a max").layers, Layers::whole);
  EXPECT_EQ(parsed("a max").moment, Moment::max);
  EXPECT_EQ(parsed("a max max").layers, Layers::max);
  EXPECT_EQ(parsed("a max at min").moment, Moment::min);
}

TEST(Measure, StepsTo) {
  const Measure below = parsed("steps to loss below 0.5");
  EXPECT_EQ(below.quantity, "loss");
  ASSERT_TRUE(below.steps_to);
  EXPECT_TRUE(below.steps_to->below);
  EXPECT_EQ(below.steps_to->value, 0.5);
  const Measure above = parsed("steps to activation.zeros max above 9e-1");
  EXPECT_EQ(above.layers, Layers::max);
  ASSERT_TRUE(above.steps_to);
  EXPECT_FALSE(above.steps_to->below);
  EXPECT_EQ(above.steps_to->value, 0.9);
}

TEST(Measure, UnknownWordsAreNamed) {
  EXPECT_EQ(error("loss fnal"),
            "[file.toml:12 claim.measure] unknown word in the measure `loss fnal` (got `fnal`); did you mean `final`? "
            "allowed: first, last, first/last, layer, mean, median, max, min, start, final, best, spread");
  EXPECT_THAT(error("loss at fnal"), HasSubstr("allowed: start, final, best"));
  EXPECT_THAT(error("a first finl"), HasSubstr("did you mean `final`? allowed: start"));
  EXPECT_THAT(error("loss final now"), AllOf(HasSubstr("too many words"), HasSubstr("(got `now`)")));
  EXPECT_THAT(error("loss at"), HasSubstr("a word is missing at the end in the measure `loss at`"));
  EXPECT_THAT(error("steps loss below 1"), HasSubstr("allowed: to"));
  EXPECT_THAT(error("steps to loss blow 1"), HasSubstr("did you mean `below`?"));
  EXPECT_THAT(error("steps to loss below"), HasSubstr("not a finite number"));
  EXPECT_THAT(error("steps to loss below 0.5x"), HasSubstr("not a finite number"));
  EXPECT_THAT(error("steps to loss below nan"), HasSubstr("not a finite number"));
  EXPECT_THAT(error("steps to loss below 1 final"), HasSubstr("too many words"));
  EXPECT_THAT(error("a layer"), HasSubstr("`layer` needs a layer's number"));
  EXPECT_THAT(error("a layer 0"), HasSubstr("(got `0`)"));
  EXPECT_THAT(error("a layer 99999999999"), HasSubstr("allowed: 1 to 10000"));
  EXPECT_THAT(error("a layer -1"), HasSubstr("allowed: 1 to 10000"));
}

TEST(Measure, BeginsWithAQuantity) {
  for (const char* text : {"", "  ", "first", "final", "a.b.c", ".a", "a.", "loss()", "LOSS", "steps to", "at final"}) {
    EXPECT_NE(error(text), "") << text;
  }
}

TEST(Measure, OnlyAccuraciesAreBetterWhenLarger) {
  EXPECT_TRUE(larger_is_better("accuracy"));
  EXPECT_TRUE(larger_is_better("validation_accuracy"));
  EXPECT_FALSE(larger_is_better("validation_loss"));
  EXPECT_FALSE(larger_is_better("loss"));
}

}  // namespace
}  // namespace gradclinic
