#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "logs/made_checkpoint.h"
#include "logs/made_log.h"
#include "support/shell.h"

namespace gradclinic {
namespace {

class OutsiderCommandTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(std::filesystem::is_regular_file(GRADCLINIC_PROGRAM)) << "build it first: ninja gradclinic";
    write_log(folder_, "falling", {{"loss", values_by(50, [](double row) { return 1 / (1 + row); })}});
    write_log(folder_, "diverged", {{"loss", {3, 2, NAN}}});
    const std::vector<float> some = {1, 2, 3, 4}, bad = {1, NAN, 3, 4};
    folder_.write("a.safetensors", made_safetensors({{"fc.weight", {2, 2}, some}}));
    folder_.write("b.safetensors", made_safetensors({{"fc.weight", {2, 2}, {1, 2, 3, 5}}}));
    folder_.write("same", made_safetensors({{"fc.weight", {2, 2}, some}}));
    folder_.write("nan.safetensors", made_safetensors({{"fc.weight", {2, 2}, bad}}));
  }
  ShellResult diagnose(const std::string& arguments) {
    return shell("cd " + folder_.path() + " || exit; OPENBLAS_NUM_THREADS=1 " GRADCLINIC_PROGRAM " diagnose " +
                 arguments);
  }
  TemporaryFolder folder_;
};

TEST_F(OutsiderCommandTest, ExitCodesSayTheVerdict) {
  const std::vector<std::pair<const char*, int>> cases = {
      {"falling", 2},        {"falling/events.out.tfevents.1.host", 2}, {"diverged", 1},
      {"a.safetensors", 2},  {"a.safetensors b.safetensors", 2},        {"a.safetensors same", 1},
      {"nan.safetensors", 1}};
  for (const auto& [arguments, code] : cases) {
    const ShellResult result = diagnose(arguments);
    EXPECT_EQ(result.exit_code, code) << arguments << '\n' << result.output;
    EXPECT_EQ(result.output.find("gradclinic fix"), std::string::npos) << "there is no spec to fix";
  }
}

TEST_F(OutsiderCommandTest, FilesAreWhatTheDocumentsSay) {
  ASSERT_TRUE(python_has("jsonschema")) << "apt install python3-jsonschema";
  for (const char* of : {"falling", "diverged", "a.safetensors b.safetensors", "nan.safetensors"}) {
    diagnose(std::string(of) + " --json --sarif log.sarif --html page.html >diagnosis.json 2>errors");
    const ShellResult check =
        shell("cd " + folder_.path() +
              " && /usr/bin/python3 " GRADCLINIC_SOURCE "/tests/report/check_diagnosis.py diagnosis.json log.sarif");
    EXPECT_EQ(check.output, "valid\n") << of;
    EXPECT_GT(std::filesystem::file_size(folder_ / "page.html"), 50000U) << of;
  }
}

TEST_F(OutsiderCommandTest, AnExportedRunIsReadBack) {
  const ShellResult result =
      shell("cd " + folder_.path() +
            " && export OPENBLAS_NUM_THREADS=1 && " GRADCLINIC_PROGRAM " run " GRADCLINIC_SOURCE
            "/examples/ten-layer-sigmoid.toml --set watch.histograms=50 >out 2>&1 && " GRADCLINIC_PROGRAM
            " export last --to tensorboard --out log && " GRADCLINIC_PROGRAM " diagnose log --json");
  EXPECT_EQ(result.exit_code, 1) << result.output;
  const std::size_t begin = result.output.find('{');
  ASSERT_NE(begin, std::string::npos);
  const auto diagnosis = nlohmann::json::parse(result.output.substr(begin));
  EXPECT_EQ(diagnosis["findings"][0]["pathology"], "vanishing-gradient");
  EXPECT_EQ(diagnosis["run"]["status"], "logged");
}

TEST_F(OutsiderCommandTest, WhatDoesNotFitIsOneSentence) {
  folder_.write("cut.safetensors", read_bytes(folder_ / "a.safetensors").substr(0, 50));
  folder_.write("bad.npz", "no archive");
  folder_.write("x.tfevents", "no log");
  std::filesystem::create_directories(folder_ / "empty");
  const std::vector<std::pair<const char*, const char*>> cases = {
      {"falling --before", "this names a log"},
      {"a.safetensors --set train.lr=1", "this names a checkpoint"},
      {"falling a.safetensors", "LATER"},
      {"a.safetensors a.safetensors", "first checkpoint itself"},
      {"a.safetensors falling", "not a regular file"},
      {"a.safetensors missing.npz", "missing.npz] no such file"},
      {"missing.npz", "missing.npz] no such file"},
      {"cut.safetensors", "cut.safetensors"},
      {"bad.npz", "bad.npz"},
      {"x.tfevents", "x.tfevents"},
      {"empty", "no event files"}};
  for (const auto& [arguments, says] : cases) {
    const ShellResult result = diagnose(arguments);
    EXPECT_EQ(result.exit_code, 2) << arguments;
    EXPECT_NE(result.output.find(says), std::string::npos) << arguments << ": " << result.output;
    EXPECT_EQ(std::ranges::count(result.output, '\n'), 1) << result.output;
  }
}

}  // namespace
}  // namespace gradclinic
