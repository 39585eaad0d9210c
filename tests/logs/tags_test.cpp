#include "gradclinic/logs/tags.h"

#include <gtest/gtest.h>

#include "gradclinic/logs/natural_order.h"

namespace gradclinic {
namespace {

TEST(Tags, SayWhatALossOrAnAccuracyIs) {
  using enum LoggedAs;
  const std::vector<std::pair<const char*, LoggedAs>> cases = {
      {"loss", training_loss},
      {"train/loss", training_loss},
      {"train_loss", training_loss},
      {"training/loss", training_loss},
      {"Loss/train", training_loss},
      {"trainLoss", training_loss},
      {"train_loss_step", training_loss},
      {"epoch_loss", training_loss},
      {"train/total_loss", training_loss},
      {"val_loss", validation_loss},
      {"Loss/validation", validation_loss},
      {"eval/loss", validation_loss},
      {"test_loss_epoch", validation_loss},
      {"evaluation_loss_vs_iterations", validation_loss},
      {"accuracy", training_accuracy},
      {"train/acc", training_accuracy},
      {"epoch_sparse_categorical_accuracy", training_accuracy},
      {"val_acc", validation_accuracy},
      {"valid/top1", validation_accuracy},
      {"Accuracy/test", validation_accuracy},
      {"lr", learning_rate},
      {"train/learning_rate", learning_rate},
      {"lr-Adam/pg1", learning_rate},
      {"learningRate", learning_rate},
      // One part of many, or something else.
      {"loss/kl", unknown},
      {"g_loss", unknown},
      {"train/box_loss", unknown},
      {"glossary", unknown},
      {"balanced_accuracy_of_rare", unknown},
      {"weights/layer1", unknown},
      {"", unknown},
  };
  for (const auto& [tag, what] : cases) EXPECT_EQ(meaning_of(tag).what, what) << tag;
}

TEST(Tags, TheFolderSaysWhetherSamplesWereHeldOut) {
  EXPECT_EQ(meaning_of("epoch_loss", "validation").what, LoggedAs::validation_loss);
  EXPECT_EQ(meaning_of("epoch_loss", "train").what, LoggedAs::training_loss);
  EXPECT_EQ(meaning_of("epoch_accuracy", "logs/validation").what, LoggedAs::validation_accuracy);
  EXPECT_EQ(meaning_of("loss", "loss_val").what, LoggedAs::validation_loss);
  EXPECT_EQ(meaning_of("train_loss", "test").what, LoggedAs::training_loss) << "the tag itself knows better";
}

TEST(Tags, FindGradientNormsAndTheirLayers) {
  const std::vector<std::pair<const char*, const char*>> layers = {
      {"grad_2.0_norm/layers.2.weight", "layers.2.weight"},
      {"grad_norm/conv1", "conv1"},
      {"gradients/encoder.0.weight_norm", "encoder.0.weight"},
      {"layer1/grad_norm", "layer1"},
      {"gradient_norm/dense/kernel", "dense/kernel"},
      {"train/grad_norm/fc.2.bias", "fc.2.bias"},
      {"grad_norm/0.weight", "0.weight"},
      {"GradNorm/Block3", "Block3"}};
  for (const auto& [tag, layer] : layers)
    EXPECT_EQ(meaning_of(tag), (TagMeaning{LoggedAs::layer_gradient_norm, layer})) << tag;
  for (const char* tag : {"grad_norm", "train/grad_norm", "grad_2.0_norm_total", "gradient_norm", "gradnorm",
                          "total_gradient_norm", "grad/l2", "grad_norm_before_clip", "global_grad_norm"})
    EXPECT_EQ(meaning_of(tag), (TagMeaning{LoggedAs::gradient_norm, ""})) << tag;
  for (const char* tag : {"grad_mean/conv1", "weight_norm/conv1", "norm"})
    EXPECT_EQ(meaning_of(tag).what, LoggedAs::unknown) << tag;
}

TEST(Tags, LayersAreParametersWithoutTheirLastName) {
  EXPECT_EQ(layer_of("encoder.0.weight"), "encoder.0");
  EXPECT_EQ(layer_of("encoder.0.bias"), "encoder.0");
  EXPECT_EQ(layer_of("dense/kernel"), "dense");
  EXPECT_EQ(layer_of("conv1"), "conv1");
  EXPECT_EQ(layer_of("block.conv1"), "block.conv1");
  EXPECT_EQ(layer_of("weight"), "weight");
}

TEST(Tags, RunsAreToldApartByWhatIsNotSaidOtherwise) {
  EXPECT_EQ(run_of("train"), "");
  EXPECT_EQ(run_of("loss_val"), "");
  EXPECT_EQ(run_of("version_0/train"), "version 0");
  EXPECT_NE(run_of("version_0"), run_of("version_1"));
}

TEST(NaturalOrder, CountsDigitsByTheirValue) {
  EXPECT_TRUE(natural_less("layer2", "layer10"));
  EXPECT_FALSE(natural_less("layer10", "layer2"));
  EXPECT_TRUE(natural_less("a.2.b.10", "a.2.b.11"));
  EXPECT_TRUE(natural_less("layer", "layer1"));
  EXPECT_TRUE(natural_less("9", "18446744073709551617"));
  EXPECT_FALSE(natural_less("same", "same"));
  EXPECT_TRUE(natural_less("layer02", "layer2"));
  EXPECT_FALSE(natural_less("layer2", "layer02"));
}

}  // namespace
}  // namespace gradclinic
