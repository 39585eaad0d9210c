#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "gradclinic/support/error.h"
#include "support/shell.h"
#include "support/temporary_folder.h"

namespace gradclinic {
namespace {

const std::string kCourse = R"(
[experiment]
id = "tiny"
title = "A tiny experiment"
seeds = 8
[data]
set = "teacher"
samples = 30
[model]
depth = 3
width = 8
[train]
lr = 0.05
steps = 60
[factors]
"model.init" = ["torch", "constant"]
[[figure]]
kind = "by-step"
quantity = "loss"
[[claim]]
id = "constant-stalls"
says = "A network whose weights are all equal learns less"
source = "a test"
measure = "loss final"
left = { "model.init" = "constant" }
is = "greater"
right = { "model.init" = "torch" }
explain = "All units of a layer stay alike."
)";

class LabCommandsTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(std::filesystem::is_regular_file(GRADCLINIC_PROGRAM)) << "build it first: ninja gradclinic";
    std::filesystem::create_directories(folder_ / "experiments");
    std::ofstream(folder_ / "experiments/tiny.toml") << kCourse;
  }
  ShellResult gradclinic(const std::string& arguments) {
    return shell("cd " + folder_.path() + " || exit; OPENBLAS_NUM_THREADS=1 " GRADCLINIC_PROGRAM " " + arguments);
  }
  nlohmann::json results(const std::string& folder) {
    std::ifstream file(folder_ / folder + "/results.json");
    return nlohmann::json::parse(file);
  }

  TemporaryFolder folder_;
};

/// Without the times, which differ from command to command.
nlohmann::json without_times(nlohmann::json value) {
  for (const char* key : {"seconds", "started", "microseconds_per_step", "cost", "summary", "text"})
    if (value.is_object()) value.erase(key);
  for (auto& item : value)
    if (item.is_structured()) item = without_times(item);
  return value;
}

TEST_F(LabCommandsTest, LabWritesAReportAndResumes) {
  const ShellResult first = gradclinic("lab --out one --jobs 1");
  EXPECT_EQ(first.exit_code, 0) << first.output;
  EXPECT_NE(first.output.find("A network whose weights are all equal learns less"), std::string::npos) << first.output;
  EXPECT_NE(first.output.find("16 of 16 runs"), std::string::npos) << first.output;
  EXPECT_TRUE(std::filesystem::exists(folder_ / "one/report.html"));
  EXPECT_EQ(results("one")["experiments"][0]["claims"][0]["verdict"], "supported");

  const ShellResult again = gradclinic("lab --out one");
  EXPECT_EQ(again.exit_code, 0);
  EXPECT_NE(again.output.find("16 kept from before"), std::string::npos) << again.output;

  const nlohmann::json one = without_times(results("one"));
  EXPECT_EQ(gradclinic("lab tiny --out two --jobs 3 --no-cache").exit_code, 0);
  EXPECT_EQ(without_times(results("two")), one) << "three at a time, nothing from the cache";
  EXPECT_FALSE(std::filesystem::exists(folder_ / "two/runs.cache"));
}

TEST_F(LabCommandsTest, CtrlCKeepsWhatIsDone) {
  std::string longer = kCourse;
  longer.replace(longer.find("steps = 60"), 10, "steps = 4000");
  longer.replace(longer.find("seeds = 8"), 9, "seeds = 500");
  std::ofstream(folder_ / "experiments/tiny.toml") << longer;
  // Interrupted once the first run is kept, however slow the machine is.
  const ShellResult cut = gradclinic(
      "lab --jobs 1 > log 2>&1 & while kill -0 $! 2>/dev/null && ! grep -q '[1-9][0-9]* of 1000 runs,' log; do sleep "
      "0.05; done; "
      "kill -INT $!; wait $!; code=$?; cat log; exit $code");
  EXPECT_EQ(cut.exit_code, static_cast<int>(ExitCode::interrupted)) << cut.output;
  EXPECT_NE(cut.output.find("the same command goes on from here"), std::string::npos) << cut.output;
  EXPECT_TRUE(std::filesystem::exists(folder_ / "report/report.html"));
  EXPECT_GE(results("report")["runs"], 1);
  EXPECT_LT(results("report")["runs"], 1000);
}

TEST_F(LabCommandsTest, MistakesAreNamed) {
  const ShellResult unknown = gradclinic("lab tinny");
  EXPECT_EQ(unknown.exit_code, static_cast<int>(ExitCode::bad_input));
  EXPECT_NE(unknown.output.find("did you mean `tiny`?"), std::string::npos) << unknown.output;
  EXPECT_EQ(gradclinic("lab --experiments nowhere").exit_code, static_cast<int>(ExitCode::bad_input));
  EXPECT_EQ(gradclinic("lab --seeds 0").exit_code, static_cast<int>(ExitCode::bad_input));
  EXPECT_EQ(gradclinic("lab --out experiments/tiny.toml/x").exit_code, static_cast<int>(ExitCode::store));
  std::ofstream(folder_ / "experiments/same.toml") << kCourse;
  EXPECT_EQ(gradclinic("lab").exit_code, static_cast<int>(ExitCode::bad_input)) << "two experiments of one id";
}

TEST_F(LabCommandsTest, WhatCannotBeRunIsANote) {
  std::string text = kCourse;
  text.replace(text.find("[\"torch\", \"constant\"]"), 21,
               "[\"torch\", \"constant\"]\n"
               "data = [{ label = \"teacher\" }, { label = \"digits\", set = { \"data.set\" = \"mnist\", "
               "\"data.path\" = \"nowhere\" } }]");
  std::ofstream(folder_ / "experiments/tiny.toml") << text;
  EXPECT_EQ(gradclinic("lab").exit_code, 0);
  const std::string notes = results("report")["experiments"][0]["notes"];
  EXPECT_NE(notes.find("Left out: digits: "), std::string::npos) << notes;
  EXPECT_EQ(results("report")["experiments"][0]["claims"][0]["verdict"], "supported");
}

TEST_F(LabCommandsTest, ExplainTellsAClaimAndItsVerdict) {
  const ShellResult before = gradclinic("explain constant-stalls");
  EXPECT_EQ(before.exit_code, 0) << before.output;
  for (const char* part : {"A network whose weights are all equal learns less", "Source: a test",
                           "loss final of constant is greater than that of torch", "All units of a layer stay alike.",
                           "not tested yet; gradclinic lab tiny tests it"})
    EXPECT_NE(before.output.find(part), std::string::npos) << part << "\n" << before.output;
  gradclinic("lab");
  EXPECT_NE(gradclinic("explain constant-stalls").output.find("Verdict: supported"), std::string::npos);
}

TEST_F(LabCommandsTest, ExplainKnowsTheCataloguesAndTheNearestName) {
  EXPECT_NE(gradclinic("explain tiny").output.find("Claim constant-stalls"), std::string::npos);
  EXPECT_NE(gradclinic("explain gelu").output.find("gelu (activation)"), std::string::npos);
  EXPECT_NE(gradclinic("explain he_normal").output.find("He et al. 2015"), std::string::npos);
  const ShellResult typo = gradclinic("explain constant-stals");
  EXPECT_EQ(typo.exit_code, static_cast<int>(ExitCode::bad_input));
  EXPECT_NE(typo.output.find("did you mean `constant-stalls`?"), std::string::npos) << typo.output;
  EXPECT_NE(gradclinic("explain").output.find("optimizer: adam,"), std::string::npos);
}

}  // namespace
}  // namespace gradclinic
