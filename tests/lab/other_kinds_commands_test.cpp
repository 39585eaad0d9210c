// Commands on kinds of networks that LibTorch trains: gradclinic goes on as gradclinic-torch, where that lies beside
// it.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "gradclinic/support/error.h"
#include "support/shell.h"
#include "support/temporary_folder.h"

namespace gradclinic {
namespace {

namespace fs = std::filesystem;

constexpr const char* kNetwork =
    "[data]\nset = \"teacher\"\nsamples = 30\nfeatures = 6\n[model]\ndepth = 3\nwidth = 8\n[train]\nsteps = 30\n";
constexpr const char* kRecurrent =
    "[data]\nset = \"teacher\"\nsamples = 30\nfeatures = 6\n[model]\nkind = \"rnn\"\ntoken = 2\ndepth = 3\nwidth = "
    "8\n[train]\nsteps = 30\n";
const std::string kExperiment = std::string("[experiment]\nid = \"kinds\"\ntitle = \"Kinds\"\nseeds = 2\n") + kNetwork +
                                "[factors]\narm = [{ label = \"mlp\" }, { label = \"rnn\", set = { \"model.kind\" = "
                                "\"rnn\", \"model.token\" = 2 } }]\n";

/// The program copied into a folder of its own, with a gradclinic-torch that prints its arguments.
class OtherKinds : public testing::Test {
 protected:
  void SetUp() override {
    folder_.write("bin/readme", "");
    fs::copy_file(GRADCLINIC_PROGRAM, folder_ / "bin/gradclinic");
    folder_.write("rnn.toml", kRecurrent);
    folder_.write("mlp.toml", kNetwork);
    folder_.write("experiments/kinds.toml", kExperiment);
    folder_.write("cases/base/base.toml", std::string("name = \"base\"\n") + kNetwork);
    folder_.write(
        "cases/base/other.toml",
        "verdict = \"healthy\"\nnote = \"another kind\"\n[change]\n\"model.kind\" = \"rnn\"\n\"model.token\" = "
        "2\n");
  }
  void add_torch() {
    folder_.write("bin/gradclinic-torch", "#!/bin/sh\necho \"torch: $*\"\nexit 42\n");
    fs::permissions(folder_ / "bin/gradclinic-torch", fs::perms::owner_all);
  }
  ShellResult gradclinic(const std::string& words) {
    return shell("cd " + folder_.path() + " || exit; OPENBLAS_NUM_THREADS=1 bin/gradclinic " + words);
  }

  TemporaryFolder folder_;
};

TEST_F(OtherKinds, GoOnAsGradclinicTorchBeforeAnythingIsPrinted) {
  add_torch();
  for (const std::string words :
       {"run rnn.toml", "run mlp.toml --set model.kind=rnn --set model.token=3", "diagnose rnn.toml --no-probe",
        "diagnose rnn.toml --before", "fix rnn.toml --seeds 2", "lab", "lab kinds --quick", "bench-cases"}) {
    const ShellResult result = gradclinic(words);
    EXPECT_EQ(result.exit_code, 42) << words;
    EXPECT_EQ(result.output, "torch: " + words + "\n");
  }
  EXPECT_FALSE(fs::exists(folder_ / "gradclinic.sqlite"));
  EXPECT_FALSE(fs::exists(folder_ / "report"));
}

TEST_F(OtherKinds, WhatNeedsNoTrainingStaysHere) {
  add_torch();
  for (const std::string words : {"run mlp.toml", "explain kinds", "bench-cases --only base/base", "list"}) {
    const ShellResult result = gradclinic(words);
    EXPECT_EQ(result.exit_code, 0) << words << result.output;
    EXPECT_EQ(result.output.find("torch:"), std::string::npos) << result.output;
  }
  const ShellResult predicted = gradclinic("predict rnn.toml");
  EXPECT_EQ(predicted.exit_code, 0);
  EXPECT_NE(predicted.output.find("Not predicted: the theory here is that of multi-layer perceptrons, and this network "
                                  "is of kind rnn."),
            std::string::npos)
      << predicted.output;
  const ShellResult wrong = gradclinic("run rnn.toml --set model.norm=batch");
  EXPECT_EQ(wrong.exit_code, static_cast<int>(ExitCode::bad_input)) << "a mistake is told at once";
}

TEST_F(OtherKinds, WithoutGradclinicTorchTheySayWhatToDo) {
  for (const std::string words : {"run rnn.toml", "diagnose rnn.toml", "diagnose rnn.toml --before", "fix rnn.toml"}) {
    const ShellResult result = gradclinic(words + " 2>&1");
    EXPECT_EQ(result.exit_code, static_cast<int>(ExitCode::bad_input)) << words;
    EXPECT_NE(result.output.find("[model.kind] networks of this kind are trained by LibTorch, which this program is "
                                 "without (got `rnn`); install libtorch-dev"),
              std::string::npos)
        << words << result.output;
  }
}

TEST_F(OtherKinds, WithoutGradclinicTorchTheLabLeavesThemOut) {
  const ShellResult result = gradclinic("lab");
  EXPECT_EQ(result.exit_code, 0) << result.output;
  const nlohmann::json results = nlohmann::json::parse(read_bytes(folder_ / "report/results.json"));
  EXPECT_EQ(results["runs"], 2);
  const std::string notes = results["experiments"][0]["notes"];
  EXPECT_NE(notes.find("Left out: rnn: [model.kind] networks of this kind are trained by LibTorch"), std::string::npos)
      << notes;
}

TEST_F(OtherKinds, AreNotFixedFromTheMiddle) {
  const ShellResult result = gradclinic("fix rnn.toml --from 5");
  EXPECT_EQ(result.exit_code, static_cast<int>(ExitCode::bad_input));
  EXPECT_NE(result.output.find("[--from] steps into networks of kind mlp only (got `rnn`)"), std::string::npos);
}

}  // namespace
}  // namespace gradclinic
