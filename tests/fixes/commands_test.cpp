#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "gradclinic/spec/toml.h"
#include "gradclinic/support/error.h"
#include "support/shell.h"
#include "support/temporary_folder.h"

namespace gradclinic {
namespace {

class FixCommand : public testing::Test {
 protected:
  FixCommand() {
    write_bytes(folder_ / "slow.toml",
                "name = \"slow\"\nseed = 3\n[data]\nset = \"circle\"\nsamples = 200\nfeatures = 2\nvalidation = 0.3\n"
                "[model]\nwidth = 16\ninit = \"he_normal\"\n[train]\nloss = \"bce\"\nlr = 0.0001\nsteps = 120\n");
  }
  ShellResult fix(const std::string& arguments) const {
    return shell("cd " + folder_.path() + " && OPENBLAS_NUM_THREADS=1 " GRADCLINIC_PROGRAM " fix slow.toml " +
                 arguments);
  }
  TemporaryFolder folder_;
};

TEST_F(FixCommand, ProvesAFixAndWritesIt) {
  const ShellResult result = fix("--out fixed.toml");
  EXPECT_EQ(result.exit_code, 0) << result.output;
  for (const char* part : {"sick, ", "random: ", "Proven: ", "--- as it is", "+lr = ", "In PyTorch:", "torch.optim."})
    EXPECT_NE(result.output.find(part), std::string::npos) << part << "\n" << result.output;
  const Spec fixed = load_spec(folder_ / "fixed.toml");
  EXPECT_NE(fixed.train, load_spec(folder_ / "slow.toml").train);
}

TEST_F(FixCommand, JsonIsAsTheSchemaSays) {
  ASSERT_EQ(fix("--seeds 2 --json > fix.json 2> log").exit_code, 1) << "two seeds prove nothing";
  const nlohmann::json json = nlohmann::json::parse(read_bytes(folder_ / "fix.json"));
  EXPECT_TRUE(json["proven"].is_null());
  EXPECT_GE(json["fixes"].size(), 5U);
  if (!python_has("jsonschema")) GTEST_SKIP() << "python3-jsonschema is not installed";
  for (const std::string extra : {"", "--from 20 --set train.lr=0.01", "--set train.lr=0.3 --set train.steps=300"}) {
    fix("--seeds 2 --json " + extra + " > fix.json 2> log");
    const ShellResult check = shell("/usr/bin/python3 " GRADCLINIC_SOURCE "/tests/fixes/check_fix.py " GRADCLINIC_SOURCE
                                    "/docs/fix.schema.json " +
                                    (folder_ / "fix.json"));
    EXPECT_EQ(check.exit_code, 0) << extra << check.output;
  }
}

TEST_F(FixCommand, HasNothingToFixOnAHealthyTraining) {
  const ShellResult result =
      fix("--set train.lr=0.1 --set train.optimizer=momentum --set train.steps=400 --set data.noise=0.05");
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_NE(result.output.find("Nothing to fix."), std::string::npos) << result.output;
}

TEST_F(FixCommand, TriesWhatKeepsTheWeightsFromAStepOn) {
  const ShellResult result = fix("--from 20 --seeds 2");
  EXPECT_EQ(result.exit_code, 1) << result.output;
  EXPECT_NE(result.output.find("from step 20 on"), std::string::npos) << result.output;
  EXPECT_NE(result.output.find("rolled back"), std::string::npos) << result.output;
}

TEST_F(FixCommand, MistakesAreBadInput) {
  EXPECT_EQ(fix("--set train.lr=x").exit_code, static_cast<int>(ExitCode::bad_input));
  EXPECT_EQ(fix("--from 99999").exit_code, static_cast<int>(ExitCode::bad_input));
  EXPECT_EQ(fix("--seeds 0").exit_code, static_cast<int>(ExitCode::bad_input));
  EXPECT_EQ(fix("--from 5 --out x.toml").exit_code, static_cast<int>(ExitCode::bad_input));
}

TEST_F(FixCommand, ExplainsFixes) {
  const ShellResult result = shell(GRADCLINIC_PROGRAM " explain batch-norm");
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_NE(result.output.find("(fix)"), std::string::npos) << result.output;
}

}  // namespace
}  // namespace gradclinic
