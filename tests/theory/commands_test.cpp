#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "gradclinic/support/error.h"
#include "support/shell.h"

namespace gradclinic {
namespace {

ShellResult predict_command(const std::string& arguments) {
  return shell("OPENBLAS_NUM_THREADS=1 " GRADCLINIC_PROGRAM " predict " GRADCLINIC_SOURCE
               "/examples/ten-layer-sigmoid.toml " +
               arguments);
}

bool has(const ShellResult& result, const std::string& part) { return result.output.find(part) != std::string::npos; }

TEST(PredictCommand, SaysThatTheFirstSigmoidLayerHardlyLearns) {
  const ShellResult result = predict_command("");
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_TRUE(has(result, "of layer 9's: it will hardly learn.")) << result.output;
  EXPECT_TRUE(has(result, "ordered: gradients vanish")) << result.output;
}

TEST(PredictCommand, SaysWhenGradientsKeepTheirSizeOrExplode) {
  const ShellResult he = predict_command("--set model.activation=relu --set model.init=he_normal");
  EXPECT_TRUE(has(he, "gradients keep their size")) << he.output;
  EXPECT_TRUE(has(he, "(critical)")) << he.output;
  const ShellResult large =
      predict_command("--set model.activation=relu --set model.init=he_normal --set model.init_gain=3");
  EXPECT_TRUE(has(large, "gradients explode")) << large.output;
  const ShellResult beyond =
      predict_command("--set model.activation=relu --set model.init=he_normal --set model.init_gain=1e20");
  EXPECT_TRUE(has(beyond, "diverge at once")) << beyond.output;
}

TEST(PredictCommand, TellsTheLossOfGuessing) {
  const ShellResult result = predict_command(
      "--set data.set=blobs --set data.classes=5 --set train.loss=cross_entropy --set model.activation=relu");
  EXPECT_TRUE(has(result, "guessing all 5 classes alike gives 1.609")) << result.output;
}

TEST(PredictCommand, ShowsTwelveRowsAtMostFromFirstToLast) {
  const ShellResult result = predict_command("--set model.depth=60");
  EXPECT_EQ(result.exit_code, 0);
  int rows = 0;
  for (int layer = 1; layer <= 60; ++layer) {
    const std::string number = std::to_string(layer);
    rows += has(result, "\n" + std::string(5 - number.size(), ' ') + number + "  ");
  }
  EXPECT_EQ(rows, 12) << result.output;
  EXPECT_TRUE(has(result, "\n    1  ") && has(result, "\n   60  ")) << result.output;
}

TEST(PredictCommand, JsonHoldsEveryLayerAndNullForWhatNumbersCannotSay) {
  const nlohmann::json json = nlohmann::json::parse(predict_command("--json --set model.depth=60").output);
  EXPECT_EQ(json["layers"].size(), 60);
  EXPECT_EQ(json["layers"][58]["gradient_ratio"], 1);
  EXPECT_TRUE(json["layers"][59]["activation_mean_square"].is_null());
  EXPECT_EQ(json["depth_scales"]["phase"], "ordered");
  EXPECT_TRUE(json["not_predicted"].is_null());
  const nlohmann::json huge = nlohmann::json::parse(
      predict_command("--json --set model.depth=60 --set model.activation=relu --set model.init_gain=1e20").output);
  EXPECT_TRUE(huge["layers"][59]["pre_activation_mean_square"].is_null());
}

TEST(PredictCommand, SaysWhyThereIsNone) {
  const ShellResult result = predict_command("--set model.init=constant");
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_TRUE(has(result, "Not predicted: init `constant`")) << result.output;
  EXPECT_NE(nlohmann::json::parse(predict_command("--set model.init=constant --json").output)["not_predicted"],
            nullptr);
}

TEST(PredictCommand, MistakesAreBadInput) {
  EXPECT_EQ(predict_command("--set model.activation=sgmoid").exit_code, static_cast<int>(ExitCode::bad_input));
  EXPECT_EQ(predict_command("--set nothing").exit_code, static_cast<int>(ExitCode::bad_input));
  EXPECT_EQ(predict_command("--nothing").exit_code, static_cast<int>(ExitCode::bad_input));
}

}  // namespace
}  // namespace gradclinic
