// What is looked for only in networks that another framework trains, on records that nobody trained.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "diagnosis/outside_record.h"
#include "gradclinic/diagnosis/outside_changes.h"
#include "gradclinic/spec/toml.h"

namespace gradclinic {
namespace {

TEST(DisconnectedParameter, IsWhatTheOptimizerWasNotGiven) {
  for (const std::string& spec : {kSgd, kAdam}) {
    const Record never_moved = trained(spec, 1, 0, 0.1F);
    const std::optional<Finding> finding = found("disconnected-parameter", never_moved);
    ASSERT_TRUE(finding);
    EXPECT_EQ(finding->layers, std::vector<int>{1});
    EXPECT_NE(finding->sentence.find("optimizer"), std::string::npos);
    const auto changes = without("disconnected-parameter", never_moved);
    ASSERT_EQ(changes.size(), 1U);
    EXPECT_EQ(changes[0][0].key, kParametersKey);
    EXPECT_FALSE(found("disconnected-parameter", trained(spec, 1, 1e-6F, 0.1F))) << "it moved in one step";
    EXPECT_NE(found("disconnected-parameter", trained(spec, NAN, NAN, 0.1F))->sentence.find("frozen"),
              std::string::npos);
    EXPECT_FALSE(found("disconnected-parameter", trained(spec, 1, 0, 0))) << "a rate of 0 moves nothing";
    EXPECT_FALSE(found("disconnected-parameter", trained(spec, 1, 0, 1e-9F))) << "rounds to nothing";
  }
  EXPECT_FALSE(found("disconnected-parameter", trained(kSgd, 1e-12F, 0, 0.1F))) << "the gradient vanishes";
}

TEST(DisconnectedParameter, OfFrozenLayersOnlyATrialCanTell) {
  const Record record = trained(kAdam, NAN, NAN, 0.1F);
  const std::optional<Finding> finding = found("disconnected-parameter", record);
  ASSERT_TRUE(finding);
  EXPECT_EQ(finding->layers, std::vector<int>{1});
  EXPECT_LT(finding->confidence, 0.7) << "no note where nothing fails";
  EXPECT_FALSE(finding->fatal);
  EXPECT_EQ(without("disconnected-parameter", record)[0][0].key, kFrozenKey);
}

TEST(DisconnectedParameter, WithoutAGradientIsAnotherMatter) {
  const Record record = trained(kAdam, 0, 0, 0.1F);
  ASSERT_TRUE(found("disconnected-parameter", record));
  EXPECT_EQ(without("disconnected-parameter", record)[0][0].key, "model.init");
}

TEST(DisconnectedParameter, IsALayerThatTheBackwardPassNeverComesTo) {
  Record record = trained(kAdam, 0, 0, 0.1F, NAN);
  float& last_loss = record.tables["survey"].values[3];  // in the second row of three columns
  last_loss = 0.98F;
  std::optional<Finding> finding = found("disconnected-parameter", record);
  ASSERT_TRUE(finding);
  EXPECT_EQ(finding->layers, std::vector<int>{1});
  EXPECT_TRUE(finding->by_hand) << "no fix of the catalogue mends it";
  EXPECT_NE(finding->sentence.find("detach()"), std::string::npos);
  EXPECT_EQ(without("disconnected-parameter", record)[0][0].key, kDetachKey);
  EXPECT_TRUE(finding->fatal) << "and the rest learns nothing";
  last_loss = 0.5F;
  finding = found("disconnected-parameter", record);
  ASSERT_TRUE(finding);
  EXPECT_FALSE(finding->fatal) << "it may be so on purpose";
  EXPECT_FALSE(found("disconnected-parameter", trained(kAdam, 0, 0, 0.1F, 0))->by_hand) << "a gradient of 0 does come";
}

TEST(Erased, GradientsAreThoseThatAreNoneWhenTheOptimizerSteps) {
  const Record record = trained(kAdam, 1, 0, 0.1F, 1, 0);
  const std::optional<Finding> finding = found("disconnected-parameter", record);
  ASSERT_TRUE(finding);
  EXPECT_TRUE(finding->by_hand && finding->fatal);
  EXPECT_NE(finding->sentence.find("zero_grad()"), std::string::npos);
  EXPECT_TRUE(without("disconnected-parameter", record).empty());
}

TEST(ShiftedInputs, AreACauseWhereTheyDoHarm) {
  const auto held_out = [](float unlike, float loss) {
    Record record = with_fact("held_out_unlike", unlike, 0.3F);
    add_table(record, "validation", {0, 2}, {{{"validation_loss", 0}, {1, loss}}});
    return found("shifted-inputs", record);
  };
  const std::optional<Finding> finding = held_out(0.4F, 0.9F);
  ASSERT_TRUE(finding);
  EXPECT_TRUE(finding->by_hand && finding->fatal);
  EXPECT_FALSE(held_out(0.4F, 0.4F)) << "no harm";
  EXPECT_FALSE(held_out(0.05F, 0.9F)) << "as samples drawn at random are";
  EXPECT_FALSE(found("shifted-inputs", with_fact("held_out_unlike", 0.4F, 0.3F))) << "none were held out";
}

TEST(ShiftedInputs, AreThoseThatTrainingAltersTooMuchToLearn) {
  const auto held_out = [](float scale, float loss) {
    Record record = with_fact("held_out_scale", scale, loss);
    add_table(record, "validation", {0, 2}, {{{"validation_loss", 0}, {1, loss}}});
    return found("shifted-inputs", record);
  };
  for (const float scale : {0.7F, 1.4F}) {
    const std::optional<Finding> finding = held_out(scale, 0.6F);
    ASSERT_TRUE(finding);
    EXPECT_NE(finding->sentence.find("augmentation"), std::string::npos);
    EXPECT_FALSE(held_out(scale, 0.2F)) << "learned all the same";
  }
  for (const float scale : {0.9F, 1.0F, 1.1F}) EXPECT_FALSE(held_out(scale, 0.6F));
  EXPECT_FALSE(found("shifted-inputs", with_fact("held_out_scale", 0.7F, 0.6F))) << "none were held out";
}

TEST(LearningRateTooLow, IsWhatALargeEpsilonComesTo) {
  const Record record = with_fact("epsilon_outweighs", 0.9F, 0.8F);
  const std::optional<Finding> finding = found("learning-rate-too-low", record);
  ASSERT_TRUE(finding);
  EXPECT_NE(finding->sentence.find("epsilon"), std::string::npos);
  EXPECT_EQ(without("learning-rate-too-low", record).back()[0].key, kEpsilonKey);
  const Record sound = with_fact("epsilon_outweighs", 0.1F, 0.8F);
  EXPECT_EQ(found("learning-rate-too-low", sound)->sentence.find("epsilon"), std::string::npos);
  for (const auto& changes : without("learning-rate-too-low", sound)) EXPECT_EQ(changes[0].key, "train.lr");
}

TEST(WorseThanPlain, NamesInputsThatAreNotUsed) {
  const std::optional<Finding> finding = found("worse-than-plain", with_fact("inputs_ignored", 0.5F, 0.8F));
  EXPECT_NE(finding->sentence.find("slices"), std::string::npos);
  EXPECT_GT(finding->confidence, found("worse-than-plain", with_fact("inputs_ignored", 0.1F, 0.8F))->confidence);
}

TEST(RankCollapse, IsAnOutputThatIsTheSameForAllWhereTheLossIsNotUnderstood) {
  const auto collapsed = [](float constant, float target_deviation) {
    Record record = trained(kSgd, 1, 0.1F, 0.1F);
    add_table(record, "data", {0},
              {{{"data.output_constant", 0}, {constant}}, {{"data.target_deviation", 0}, {target_deviation}}});
    return found("rank-collapse", record);
  };
  ASSERT_TRUE(collapsed(1, NAN));
  EXPECT_TRUE(collapsed(1, NAN)->fatal);
  EXPECT_FALSE(collapsed(0, NAN));
  EXPECT_FALSE(collapsed(1, 0.5F)) << "a constant prediction is known";
}

TEST(ExcessDropout, MayBeNeverOff) {
  const auto of = [](const std::string& model) {
    return std::string(kSgd).replace(std::string(kSgd).find("[model]"), 7, "[model]\n" + model);
  };
  const auto dropping = [&](float chance, const std::string& model = "dropout = 0.1") {
    return found("excess-dropout", with_fact("evaluation_noise", chance, 0.3F, of(model)));
  };
  ASSERT_TRUE(dropping(0.2F));
  EXPECT_TRUE(dropping(0.2F)->fatal && dropping(0.2F)->by_hand);
  EXPECT_NE(dropping(0.2F)->sentence.find("F.dropout"), std::string::npos);
  ASSERT_TRUE(dropping(0.05F));
  EXPECT_FALSE(dropping(0.05F)->fatal);
  EXPECT_FALSE(dropping(0));
  EXPECT_FALSE(dropping(0.2F, "")) << "chance of another kind";
}

struct Mistake {
  const char* fact;
  float value, sound;
  const char* pathology;
  const char* word;  // of its sentence
  const char* key;   // of the change that undoes it; null where none does
  bool fatal;        // where little is learnt
  bool always_fatal = false;
};

class OfTheLoop : public testing::TestWithParam<Mistake> {};

TEST_P(OfTheLoop, IsFoundAndUndone) {
  const Mistake& mistake = GetParam();
  const std::string spec = std::string(kSgd).replace(std::string(kSgd).find("[model]"), 7, "[model]\nnorm = \"batch\"");
  const Record record = with_fact(mistake.fact, mistake.value, 0.8F, spec);
  const std::optional<Finding> finding = found(mistake.pathology, record);
  ASSERT_TRUE(finding);
  EXPECT_TRUE(finding->by_hand);
  EXPECT_NE(finding->sentence.find(mistake.word), std::string::npos) << finding->sentence;
  EXPECT_EQ(finding->fatal, mistake.fatal);
  EXPECT_EQ(found(mistake.pathology, with_fact(mistake.fact, mistake.value, 0.1F, spec))->fatal, mistake.always_fatal);
  if (mistake.key) {
    const auto changes = without(mistake.pathology, record);
    ASSERT_EQ(changes.size(), 1U);
    EXPECT_EQ(changes[0][0].key, mistake.key);
    EXPECT_TRUE(!is_key(mistake.key) || mistake.key == std::string("train.loss")) << "no spec can be ill in this way";
  }
  for (const float sound : {mistake.sound, std::numeric_limits<float>::quiet_NaN()})
    EXPECT_FALSE(found(mistake.pathology, with_fact(mistake.fact, sound, 0.8F, spec)));
}

INSTANTIATE_TEST_SUITE_P(
    Each, OfTheLoop,
    testing::Values(
        Mistake{"gradients_kept", 1, 0, "momentum-too-high", "zero_grad()", kZeroGradKey, false},
        Mistake{"evaluation_mode", 0.9F, 0.3F, "wrong-output-or-loss", "model.train()", kTrainingKey, false},
        Mistake{"output_unnormalized", 1, 0, "wrong-output-or-loss", "NLLLoss", kOutputKey, true, true},
        Mistake{"softmax_of_one", 1, 0, "wrong-output-or-loss", "sigmoid", nullptr, true, true},
        Mistake{"output_broadcast_within", 1, 0, "wrong-output-or-loss", "all places", nullptr, true, true},
        Mistake{"broadcast_in_loss", 1, 0, "wrong-output-or-loss", "before they are subtracted", nullptr, true, true},
        Mistake{"other_loss", 1, 0, "wrong-output-or-loss", "CrossEntropyLoss", "train.loss", false},
        Mistake{"numbers_for_classes", 1, 0, "wrong-output-or-loss", "number", nullptr, true, true},
        Mistake{"classes_of_all", 1, 0, "wrong-output-or-loss", "shares", nullptr, true, true},
        Mistake{"weight_growth", 0.5F, 0, "wrong-gradient", "weight decay", nullptr, true},
        Mistake{"bottleneck", 2, 0, "rank-collapse", "single unit", nullptr, true},
        Mistake{"hinge_of_amounts", 1, 0, "wrong-output-or-loss", "hinge", nullptr, true, true},
        Mistake{"entropy_of_amounts", 1, 0, "wrong-output-or-loss", "binary cross-entropy", nullptr, true, true},
        Mistake{"poisson_of_negative", 1, 0, "wrong-output-or-loss", "Poisson", nullptr, true, true},
        Mistake{"relative_to_nothing", 1, 0, "wrong-output-or-loss", "relative error", nullptr, true, true},
        Mistake{"divergence_of_logits", 1, 0, "wrong-output-or-loss", "log_softmax", nullptr, true, true},
        Mistake{"classes_of_amounts", 1, 0, "wrong-output-or-loss", "shares of them", nullptr, true, true},
        Mistake{"logarithm_of_cut", 1, 0, "wrong-output-or-loss", "no gradient", nullptr, true, true},
        Mistake{"output_negated", 1, 0, "wrong-output-or-loss", "minus", nullptr, true, true},
        Mistake{"output_factor", 100, 1, "wrong-output-or-loss", "factor", kOutputKey, false},
        Mistake{"errors_of_yes_and_no", 1, 0, "wrong-output-or-loss", "BCEWithLogitsLoss", "train.loss", false},
        Mistake{"gradient_hooks", 2, 0, "wrong-gradient", "register_hook", kHooksKey, false},
        Mistake{"gradient_turned", 0.99F, -1, "wrong-gradient", "hook", nullptr, true, true},
        Mistake{"ascent", 0.9F, -0.9F, "wrong-gradient", "maximize", nullptr, true, true},
        Mistake{"penalty", 0.5F, 0.01F, "over-regularized", "smaller factor", kPenaltyKey, false},
        Mistake{"output_activated", 1, 0, "wrong-output-or-loss", "Leave it out", kOutputKey, false},
        Mistake{"held_out_shift", -0.8F, 0.3F, "unnormalized-input", "prepare both", kHeldOutKey, false},
        Mistake{"held_out_scale", 3, 1.2F, "unnormalized-input", "prepare both", kHeldOutKey, false},
        Mistake{"input_constant", 1, 0.9F, "unnormalized-input", "No feature", nullptr, true, true},
        Mistake{"samples_ignored", 0.2F, 0, "wrong-output-or-loss", "ignore_index", nullptr, true, true},
        Mistake{"weighted_largest_class", 0.98F, 0.6F, "wrong-output-or-loss", "pos_weight", kClassWeightsKey, false},
        Mistake{"pulled_alike", 1, 0.5F, "wrong-output-or-loss", "errors up and down", nullptr, true, true},
        Mistake{"without_graph", 0.5F, 0, "disconnected-parameter", "no_grad()", kDetachKey, false},
        Mistake{"output_misplaced", 1, 0, "wrong-output-or-loss", "axis 1", nullptr, true},
        Mistake{"samples_mixed", 1, 0, "wrong-output-or-loss", "batch_first", nullptr, true},
        Mistake{"affine", 1, 0, "wrong-output-or-loss", "non-linear", nullptr, false},
        Mistake{"softmax_elsewhere", 1, 0, "wrong-output-or-loss", "dim", kSoftmaxKey, false},
        Mistake{"unfit_between", 0.5F, 0, "wrong-output-or-loss", "ReLU", kSoftmaxKey, false},
        Mistake{"batch_variety", 0.1F, 0.9F, "gradient-noise", "Shuffle", nullptr, true}),
    [](const testing::TestParamInfo<Mistake>& each) {
      std::string name = each.param.fact + std::to_string(each.index);
      std::erase(name, '_');
      return name;
    });

TEST(WrongGradient, IsSeenByTheOutputsSlope) {
  const auto off_by = [](float gap, float layer, float cut) {
    Record record = with_fact("gradient_gap", gap, 0.8F, kSgd);
    add_table(record, "data", {0},
              {{{"data.gradient_gap", 0}, {gap}},
               {{"data.gradient_gap_layer", 0}, {layer}},
               {{"data.gradient_cut", 0}, {cut}}});
    return record;
  };
  const std::optional<Finding> finding = found("wrong-gradient", off_by(0.3F, 2, 0));
  ASSERT_TRUE(finding);
  EXPECT_EQ(finding->layers, std::vector<int>{2});
  EXPECT_TRUE(finding->by_hand && !finding->fatal);
  EXPECT_NE(finding->sentence.find("gradcheck"), std::string::npos);
  EXPECT_EQ(without("wrong-gradient", off_by(0.3F, 2, 0))[0][0].key, kBackwardKey);
  EXPECT_NE(found("wrong-gradient", off_by(0.3F, 1, 1))->sentence.find("detach()"), std::string::npos);
  EXPECT_EQ(without("wrong-gradient", off_by(0.3F, 1, 1))[0][0].key, kDetachKey);
  for (const float sound : {0.0F, 0.005F, std::numeric_limits<float>::quiet_NaN()})
    EXPECT_FALSE(found("wrong-gradient", off_by(sound, 0, 0)));
}

TEST(DisconnectedParameter, IsALossWithoutAnyGradient) {
  Record record = trained(kSgd, 0, 0, 0.1F);
  for (float& value : record.tables["step"].values)
    if (value == 1) value = 0;  // norms of the whole gradient, and what arrives
  const std::optional<Finding> finding = found("disconnected-parameter", record);
  ASSERT_TRUE(finding);
  EXPECT_TRUE(finding->fatal && finding->by_hand);
  EXPECT_NE(finding->sentence.find("round()"), std::string::npos) << finding->sentence;
  EXPECT_TRUE(without("disconnected-parameter", record).empty());
}

TEST(DeadRelu, IsAnOutputThatLetsNothingBack) {
  const auto ended = [](float largest, float gradient) {
    Record record = trained(kSgd, 0, 0, 0.9F);
    const int last = Chart(record).depth();
    add_table(record, "dead", {0, 199},
              {{{"pre_activation.max", last}, {largest, largest}}, {{"weight_grad.l2", last}, {gradient, gradient}}});
    for (float& value : record.tables["step"].values)
      if (value == 1) value = 0;
    return record;
  };
  const Record dead = ended(-0.3F, 0);
  const std::optional<Finding> finding = found("dead-relu", dead);
  ASSERT_TRUE(finding);
  EXPECT_EQ(finding->layers, std::vector<int>{Chart(dead).depth()});
  EXPECT_EQ(without("dead-relu", dead)[0][0].key, kOutputKey);
  EXPECT_FALSE(found("disconnected-parameter", dead)) << "the loss is not to blame";
  EXPECT_TRUE(found("disconnected-parameter", ended(0.3F, 0)));
}

TEST(TinyBatchNorm, IsSeenByRunningAveragesThatDoNotFit) {
  const std::string spec =
      std::string(kSgd).replace(std::string(kSgd).find("[model]"), 7, "[model]\nnorm = \"batch\"") + "batch = 50\n";
  const std::optional<Finding> finding = found("tiny-batch-norm", with_fact("norm_gap", 0.8F, 0.8F, spec));
  ASSERT_TRUE(finding);
  EXPECT_FALSE(finding->fatal);
  EXPECT_NE(finding->sentence.find("running averages"), std::string::npos);
  for (const float sound : {0.3F, std::numeric_limits<float>::quiet_NaN()})
    EXPECT_FALSE(found("tiny-batch-norm", with_fact("norm_gap", sound, 0.8F, spec)));
  EXPECT_FALSE(found("tiny-batch-norm", with_fact("norm_gap", 0.8F, 0.8F)));
}

/// Classes of which the rarest is this small.
Record with_classes(float smallest, float accuracy, float balanced, float largest = 0.3F) {
  Record record = trained(kSgd, 1, 0.1F, 0.1F);
  record.tables.erase("survey");
  add_table(record, "survey", {0, 2},
            {{{"survey.loss", 0}, {1, 0.3F}},
             {{"survey.accuracy", 0}, {0.2F, accuracy}},
             {{"survey.balanced_accuracy", 0}, {0.2F, balanced}}});
  add_table(
      record, "data", {0},
      {{{"data.largest_class", 0}, {largest}}, {{"data.smallest_class", 0}, {smallest}}, {{"data.outputs", 0}, {10}}});
  return record;
}

TEST(ClassImbalance, IsFatalWhereRareClassesAreMostlyWrong) {
  const auto fatal = [](const Record& record) {
    const std::optional<Finding> finding = found("class-imbalance", record);
    return finding && finding->fatal;
  };
  EXPECT_TRUE(fatal(with_classes(0.01F, 0.9F, 0.6F)));
  EXPECT_FALSE(fatal(with_classes(0.01F, 0.9F, 0.8F)));
  EXPECT_FALSE(fatal(with_classes(0.05F, 0.9F, 0.6F))) << "classes do not differ enough";
  EXPECT_TRUE(fatal(with_classes(0.05F, 0.7F, 0.5F / 4, 0.7F))) << "says the commonest class only";
  EXPECT_FALSE(fatal(with_classes(0.003F, 0.07F, 0.03F, 0.07F))) << "learns nothing of many classes";
}

TEST(ClassImbalance, IsNoneWhereRareClassesAreAsRightAsOthers) {
  EXPECT_TRUE(found("class-imbalance", with_classes(0.003F, 0.97F, 0.9F)));
  EXPECT_FALSE(found("class-imbalance", with_classes(0.003F, 0.97F, 0.96F)));
  const auto confidence = [](float largest) {
    return found("class-imbalance", with_classes(0.01F, 0.6F, 0.5F, largest))->confidence;
  };
  EXPECT_GT(confidence(0.8F), confidence(0.1F)) << "no class is common enough to be said for all";
}

TEST(BadInitScale, IsALargeBiasOrEmbedding) {
  const auto with_start = [](float bias, float table) {
    Record record = trained(kSgd, 1, 0.1F, 0.1F);
    add_table(record, "data", {0}, {{{"data.bias_largest", 0}, {bias}}, {{"data.table_deviation", 0}, {table}}});
    return record;
  };
  EXPECT_FALSE(found("bad-init-scale", with_start(1, 1)));
  EXPECT_TRUE(found("bad-init-scale", with_start(4, 1)));
  EXPECT_TRUE(found("bad-init-scale", with_start(1, 30)));
}

TEST(MomentumTooHigh, IsAdamsFirstBetaOfANetworkFromOutside) {
  const std::optional<Finding> finding =
      found("momentum-too-high", trained(kAdam + "momentum = 0.999\n", 1, 0.1F, 0.1F));
  ASSERT_TRUE(finding);
  EXPECT_NE(finding->sentence.find("betas"), std::string::npos);
  EXPECT_FALSE(found("momentum-too-high", trained(kAdam, 1, 0.1F, 0.1F)));
}

TEST(OverRegularized, IsWorthATrialWhereAdamTakesAPenalty) {
  EXPECT_TRUE(found("over-regularized", trained(kAdam + "weight_decay = 0.01\n", 1, 0.1F, 0.1F)));
  EXPECT_FALSE(found("over-regularized", trained(kSgd + "weight_decay = 0.0005\n", 1, 0.1F, 0.1F)));
}

TEST(UnscaledTarget, IsScaledTogetherWithInputsThatAreOffToo) {
  Record record = trained(kSgd, 1, 0.1F, 0.1F);
  const auto with_inputs_of = [&](float mean) {
    add_table(record, "data", {0},
              {{{"data.input_mean_largest", 0}, {mean}},
               {{"data.input_deviation_largest", 0}, {1}},
               {{"data.input_deviation_least", 0}, {1}}});
    return without("unscaled-target", record);
  };
  EXPECT_EQ(with_inputs_of(0).size(), 1U);
  const auto changes = with_inputs_of(1000);
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_EQ(changes[0].size(), 2U);
  ASSERT_EQ(changes[1].size(), 3U);
  EXPECT_EQ(changes[1][2].key, "data.standardize");
}

}  // namespace
}  // namespace gradclinic
