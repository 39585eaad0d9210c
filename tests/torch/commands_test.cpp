// `gradclinic diagnose model.pt` and `fix model.pt`, as they are typed.
#include <gtest/gtest.h>

#include <algorithm>

#include "cases.h"

namespace gradclinic::torch {
namespace {

/// Models that cannot be trained, and data that does not fit.
const TemporaryFolder& broken() {
  static const TemporaryFolder folder;
  static const ShellResult made =
      shell("/usr/bin/python3 '" GRADCLINIC_SOURCE "/tests/torch/broken.py' '" + folder.path() + "'");
  if (made.exit_code != 0) throw std::runtime_error("tests/torch/broken.py failed: " + made.output);
  return folder;
}

ShellResult diagnose(const std::string& words) {
  return shell("cd '" + broken().path() + "' && '" GRADCLINIC_PROGRAM "' diagnose " + words);
}

struct Wrong {
  const char* name;
  const char* words;
  const char* says;
};

class BadInput : public testing::TestWithParam<Wrong> {};

TEST_P(BadInput, IsOneClearSentence) {
  const ShellResult result = diagnose(GetParam().words);
  EXPECT_EQ(result.exit_code, 2) << result.output;
  EXPECT_NE(result.output.find(GetParam().says), std::string::npos) << result.output;
  EXPECT_EQ(std::ranges::count(result.output, '\n'), 1) << result.output;
}

INSTANTIATE_TEST_SUITE_P(
    All, BadInput,
    testing::Values(
        Wrong{"Missing", "none.pt --data good.npz --loss mse", "none.pt"},
        Wrong{"Corrupt", "corrupt.pt --data good.npz --loss mse", "[corrupt.pt] the TorchScript file cannot be loaded"},
        Wrong{"Text", "text.pt --data good.npz --loss mse", "is no TorchScript file"},
        Wrong{"Weights", "weights.pt --data good.npz --loss mse", "holds what torch.save writes"},
        Wrong{"Frozen", "frozen.pt --data good.npz --loss mse", "the model has no parameters"},
        Wrong{"Fixed", "fixed.pt --data good.npz --loss mse", "no parameter of the model requires a gradient"},
        Wrong{"TracedToEvaluate", "evaluating.pt --data good.npz --loss mse", "traced in evaluation mode"},
        Wrong{"NoData", "good.pt --loss mse", "[--data] the samples to train on are missing"},
        Wrong{"NoLoss", "good.pt --data good.npz", "[--loss] what training minimizes is missing"},
        Wrong{"NoArchive", "good.pt --data text.pt --loss mse", "is no .npz archive"},
        Wrong{"OneArray", "good.pt --data one.npz --loss mse", "two arrays are needed"},
        Wrong{"Counts", "good.pt --data counts.npz --loss mse", "as many targets as inputs are needed"},
        Wrong{"Shape", "good.pt --data shape.npz --loss mse", "the model cannot take inputs of shape 40 x 5"},
        Wrong{"Amounts", "good.pt --data amounts.npz --loss cross_entropy", "classes are whole numbers"},
        Wrong{"Classes", "good.pt --data classes.npz --loss cross_entropy",
              "classes count from 0 (got `classes 0 to 7`)"},
        Wrong{"Probabilities", "good.pt --data amounts.npz --loss bce", "targets do not fit bce"},
        Wrong{"Outputs", "good.pt --data wide.npz --loss mse", "as many numbers as the model has outputs"}),
    [](const auto& each) { return std::string(each.param.name); });

TEST(Diagnose, TakesTheFirstTensorOfATupleAndSaysSo) {
  const ShellResult result = diagnose("tuple.pt --data good.npz --loss mse --steps 30 --no-probe");
  EXPECT_LT(result.exit_code, 2) << result.output;
  EXPECT_NE(result.output.find("the model returns a tuple: the first tensor"), std::string::npos) << result.output;
}

TEST(Diagnose, NaNInTheDataIsAResult) {
  const ShellResult result = diagnose("good.pt --data nan.npz --loss mse --steps 30 --no-probe --json");
  EXPECT_EQ(result.exit_code, 1) << result.output;
  EXPECT_NE(result.output.find("\"non-finite\""), std::string::npos) << result.output;
}

TEST(Diagnose, KnowsAModelByWhatItHolds) {
  const ShellResult result = diagnose("'model without a suffix' --data good.npz --loss mse --steps 30 --no-probe");
  EXPECT_LT(result.exit_code, 2) << result.output;
  EXPECT_NE(result.output.find("model without a suffix"), std::string::npos) << result.output;
}

TEST(Diagnose, FindsTheCauseByTrainingWithoutIt) {
  const ShellResult made =
      shell("cd '" + broken().path() + "' && /usr/bin/python3 '" GRADCLINIC_SOURCE "/examples/torchscript.py'");
  ASSERT_EQ(made.exit_code, 0) << made.output;
  const std::string data = " --data samples.npz --loss cross_entropy --optimizer sgd --lr 0.1 --epochs 10 --json 2>&-";
  const ShellResult sick = diagnose("sick.pt" + data);
  ASSERT_EQ(sick.exit_code, 1) << sick.output;
  const nlohmann::json found = nlohmann::json::parse(sick.output);
  EXPECT_EQ(found["findings"][0]["pathology"], "vanishing-gradient") << sick.output;
  EXPECT_FALSE(found["trials"].empty());
  const ShellResult healthy = diagnose("healthy.pt" + data);
  EXPECT_EQ(healthy.exit_code, 0) << healthy.output;
}

TEST(Diagnose, HoldsAModelAgainstAPlainNetwork) {
  const ShellResult result = diagnose(
      "means.pt --data greater.npz --loss cross_entropy --optimizer adam --lr 0.01 --batch 20 --epochs 10 --json 2>&-");
  ASSERT_EQ(result.exit_code, 1) << result.output;
  const nlohmann::json found = nlohmann::json::parse(result.output);
  EXPECT_EQ(found["findings"][0]["pathology"], "worse-than-plain") << result.output;
  EXPECT_EQ(found["trials"].back()["change"], "model.plain = true");
}

TEST(Diagnose, WritesPageLogAndStore) {
  const ShellResult result = diagnose(
      "good.pt --data good.npz --loss mse --steps 30 --no-probe --html page.html --sarif log.sarif --store "
      "kept.sqlite");
  ASSERT_LT(result.exit_code, 2) << result.output;
  EXPECT_GT(read_bytes(broken() / "page.html").size(), 10000U);
  EXPECT_NE(read_bytes(broken() / "log.sarif").find("2.1.0"), std::string::npos);
  const ShellResult stored = diagnose("last --store kept.sqlite");
  EXPECT_LT(stored.exit_code, 2) << stored.output;
}

TEST(Fix, ProvesAChangeOfTheTrainingOnTheModelItself) {
  const ShellResult result =
      shell("cd '" + broken().path() +
            "' && '" GRADCLINIC_PROGRAM "' fix good.pt --data good.npz --loss mse --lr 1e-6 --seeds 6 --json 2>&-");
  ASSERT_EQ(result.exit_code, 0) << result.output;
  const nlohmann::json report = nlohmann::json::parse(result.output);
  ASSERT_FALSE(report["proven"].is_null()) << result.output;
  EXPECT_FALSE(report["proven"]["pytorch"].empty());
  const std::string spec = report["proven"]["spec"];
  EXPECT_NE(spec.find("kind = \"outside\""), std::string::npos) << spec;
  // Nothing that would take another architecture was tried.
  for (const char* list : {"fixes", "random"})
    for (const nlohmann::json& tried : report[list])
      for (const auto& [key, value] : tried["changes"].items())
        EXPECT_TRUE(key.starts_with("train.") || key.starts_with("data.") || key.starts_with("model.init") ||
                    key == "model.dropout")
            << key;
}

TEST(Fix, TellsOfAHealthyModelThatThereIsNothingToFix) {
  const ShellResult result = shell("cd '" + broken().path() +
                                   "' && '" GRADCLINIC_PROGRAM
                                   "' fix good.pt --data good.npz --loss mse --lr 0.05 --epochs 60 --seeds 2 2>&-");
  EXPECT_LT(result.exit_code, 2) << result.output;
  EXPECT_NE(result.output.find("Nothing to fix."), std::string::npos) << result.output;
}

TEST(Program, TrainsPerceptronsAsGradclinicDoes) {
  write_bytes(broken() / "spec.toml", "[data]\nset = \"teacher\"\n[model]\nwidth = 40\n[train]\nsteps = 200\n");
  const auto loss = [](const std::string& program) {
    return shell("cd '" + broken().path() + "' && OPENBLAS_NUM_THREADS=1 '" GRADCLINIC_PROGRAM + program +
                 "' run spec.toml 2>/dev/null | head -1 | cut -d, -f1");
  };
  const ShellResult own = loss(""), with_torch = loss("-torch");
  EXPECT_NE(own.output.find("unnamed: finished after 200 steps: loss "), std::string::npos) << own.output;
  EXPECT_EQ(own.output, with_torch.output);
}

TEST(Program, HasTheSameCommands) {
  const ShellResult own = shell("'" GRADCLINIC_PROGRAM "' --help"),
                    with_torch = shell("'" GRADCLINIC_PROGRAM "-torch' --help");
  EXPECT_EQ(own.exit_code, 0);
  EXPECT_NE(own.output.find("bench-cases"), std::string::npos);
  EXPECT_EQ(with_torch.exit_code, 0);
  const auto commands = [](const ShellResult& help) { return help.output.substr(help.output.find("Options:")); };
  EXPECT_EQ(commands(own), commands(with_torch)) << "but for the program's name";
}

}  // namespace
}  // namespace gradclinic::torch
