#include "gradclinic/lab/words.h"

#include <gtest/gtest.h>

#include <limits>

#include "gradclinic/lab/claim_text.h"
#include "gradclinic/lab/setup.h"

namespace gradclinic {
namespace {

Experiment made_up() {
  return parse_experiment(R"(
[experiment]
id = "made-up"
title = "Made up"
[data]
set = "noise"
samples = 100
[model]
depth = 1
[train]
steps = 50
[factors]
"model.activation" = ["relu", "tanh"]
"model.norm" = ["none", "batch"]
"train.lr" = [0.01, 0.1]
batch = [{ label = "8", set = { "train.batch" = 8 } }, { label = "full" }]
arm = [{ label = "none" }, { label = "He, small", set = { "model.init" = "he_normal" } }]
[[claim]]
id = "c"
says = "It is so"
measure = "loss final"
left = { "model.activation" = "relu", "train.lr" = [0.01, 0.1] }
is = "less"
right = { "model.activation" = "tanh", "train.lr" = [0.01, 0.1] }
margin = 1.5
acts = { measure = "clipped max", above = 0.5 }
)",
                          "made-up.toml");
}

TEST(Words, ALabelThatSaysTooLittleGetsItsFactorsName) {
  const Experiment experiment = made_up();
  EXPECT_EQ(label_text(experiment, "model.activation", "relu"), "relu");
  EXPECT_EQ(label_text(experiment, "model.norm", "none"), "norm none");
  EXPECT_EQ(label_text(experiment, "model.norm", "batch"), "norm batch") << "beside a none";
  EXPECT_EQ(label_text(experiment, "train.lr", "0.1"), "lr 0.1");
  EXPECT_EQ(label_text(experiment, "batch", "full"), "batch full") << "beside a number";
  EXPECT_EQ(label_text(experiment, "arm", "none"), "arm none");
  EXPECT_EQ(label_text(experiment, "arm", "He, small"), "He, small") << "a name of the author's own";
}

TEST(Words, SelectionsReadInTheFactorsOrder) {
  const Experiment experiment = made_up();
  EXPECT_EQ(selection_text(experiment, {{"train.lr", {"0.1"}}, {"model.activation", {"tanh"}}}), "tanh, lr 0.1");
  EXPECT_EQ(selection_text(experiment, {{"model.activation", {"relu", "tanh"}}}), "relu or tanh");
  EXPECT_EQ(selection_text(experiment, {{"arm", {"He, small"}}, {"train.lr", {"0.1"}}}), "lr 0.1; He, small");
  EXPECT_EQ(selection_text(experiment, {}), "all");
}

TEST(Words, NumbersAreShort) {
  EXPECT_EQ(number_in_words(0), "0");
  EXPECT_EQ(number_in_words(0.53164), "0.532");
  EXPECT_EQ(number_in_words(0.99681), "0.9968") << "a ratio near 1 needs a digit more";
  EXPECT_EQ(number_in_words(12345), "12345");
  EXPECT_EQ(number_in_words(1000), "1000");
  EXPECT_EQ(number_in_words(152600), "1.5e5");
  EXPECT_EQ(number_in_words(-8.6e-9), "-8.6e-9");
  EXPECT_EQ(number_in_words(1e-300), "1e-300");
  EXPECT_EQ(number_in_words(std::numeric_limits<double>::infinity()), "infinite");
  EXPECT_EQ(number_in_words(std::numeric_limits<double>::quiet_NaN()), "not a number");
}

TEST(Words, TheSetupLeavesOutWhatVaries) {
  const std::string text = setup_text(made_up(), 32, 1);
  EXPECT_EQ(
      text.find("Data: noise, 100 samples. Network: 1 linear layer, width 50. Training: mse loss, sgd, 50 steps."), 0U)
      << text;
  EXPECT_NE(text.find("Varied: activation (relu, tanh); norm (none, batch);"), std::string::npos) << text;
  EXPECT_TRUE(text.ends_with("32 settings x 1 seed.")) << text;
}

TEST(Words, ARuleReadsAsASentence) {
  const Experiment experiment = made_up();
  EXPECT_EQ(
      rule_text(experiment.claims.front(), experiment),
      "loss final of relu, lr 0.01 or lr 0.1 is less than that of tanh, lr 0.01 or lr 0.1 by more than a factor of "
      "1.5, in runs paired by seed; vacuous unless clipped max gets above 0.5.");
}

}  // namespace
}  // namespace gradclinic
