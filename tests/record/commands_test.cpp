#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "gradclinic/record/store.h"
#include "gradclinic/support/error.h"
#include "record/made_run.h"
#include "support/shell.h"
#include "support/temporary_folder.h"

namespace gradclinic {
namespace {

class CommandsTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::is_regular_file(GRADCLINIC_PROGRAM)) GTEST_SKIP() << "the program is not built";
  }
  void make_store(const std::string& name) {
    Store store(folder_ / name);
    make_run(*store.new_run(), 100, made_header("ten-layer sigmoid", 42), {"finished", 100, 0.98652512, 1.5});
    make_run(*store.new_run(), 7, made_header("gr\xc3\xbc\xc3\x9f\x1b[2J", 1), {"diverged", 7, NAN, 0.25});
  }
  ShellResult gradclinic(const std::string& arguments) {
    return shell("cd " + folder_.path() + " && " GRADCLINIC_PROGRAM " " + arguments);
  }

  TemporaryFolder folder_;
};

TEST_F(CommandsTest, ListAlignsTheRuns) {
  make_store("gradclinic.sqlite");
  const ShellResult list = gradclinic("list");
  EXPECT_EQ(list.exit_code, 0);
  EXPECT_EQ(list.output,
            "id  name               seed  status    steps  final loss  started\n"
            " 2  gr\xc3\xbc\xc3\x9f\\x1b[2J           1  diverged      7         nan  2024-05-06T07:08:09Z\n"
            " 1  ten-layer sigmoid    42  finished    100    0.986525  2024-05-06T07:08:09Z\n");
}

TEST_F(CommandsTest, ListSpeaksJson) {
  make_store("other.sqlite");
  const ShellResult list = gradclinic("list --json --store other.sqlite");
  EXPECT_EQ(list.exit_code, 0);
  const auto runs = nlohmann::json::parse(list.output);
  ASSERT_EQ(runs.size(), 2u);
  EXPECT_EQ(runs[0]["final_loss"], nullptr);
  EXPECT_EQ(runs[1]["final_loss"], 0.98652512);
  EXPECT_EQ(runs[1]["seed"], 42);
  EXPECT_EQ(runs[1]["steps"], 100);
}

TEST_F(CommandsTest, ListOfNothing) {
  const ShellResult missing = gradclinic("list");
  EXPECT_EQ(missing.exit_code, static_cast<int>(ExitCode::store));
  EXPECT_NE(missing.output.find("gradclinic run"), std::string::npos) << missing.output;
  Store(folder_ / "gradclinic.sqlite").runs();
  const ShellResult empty = gradclinic("list");
  EXPECT_EQ(empty.exit_code, 0);
  EXPECT_NE(empty.output.find("no runs yet"), std::string::npos) << empty.output;
  EXPECT_EQ(gradclinic("list --json").output, "[]\n");
}

TEST_F(CommandsTest, ExportWritesBesideByDefault) {
  make_store("gradclinic.sqlite");
  const ShellResult csv = gradclinic("export 1 --to csv");
  EXPECT_EQ(csv.exit_code, 0);
  EXPECT_EQ(csv.output, "ten-layer-sigmoid-seed-42/step.csv\nten-layer-sigmoid-seed-42/validation.csv\n");
  EXPECT_TRUE(std::filesystem::exists(folder_ / "ten-layer-sigmoid-seed-42/step.csv"));
  EXPECT_EQ(gradclinic("export 'ten-layer sigmoid' --to npz --out a/b.npz").output, "a/b.npz\n");
  EXPECT_TRUE(std::filesystem::exists(folder_ / "a/b.npz"));
}

TEST_F(CommandsTest, ExportOfAnUnknownRunOrFormatIsAnError) {
  make_store("gradclinic.sqlite");
  const ShellResult unknown = gradclinic("export ten-layer --to csv");
  EXPECT_EQ(unknown.exit_code, static_cast<int>(ExitCode::store));
  EXPECT_NE(unknown.output.find("ten-layer sigmoid"), std::string::npos) << unknown.output;
  EXPECT_EQ(gradclinic("export last --to xml").exit_code, static_cast<int>(ExitCode::bad_input));
  EXPECT_EQ(gradclinic("export last").exit_code, static_cast<int>(ExitCode::bad_input));
}

/// OpenBLAS gives processors that it does not know kernels for one of 2004; whoever names others, gets those.
TEST_F(CommandsTest, RunsOnKernelsThatFitTheProcessor) {
  const std::string spec = folder_.write("spec.toml", "[model]\ndepth = 2\nwidth = 4\n[train]\nsteps = 2\n");
  const auto kernels = [&](const std::string& environment) {
    const ShellResult run = shell(environment + " " GRADCLINIC_PROGRAM " run " + spec + " --store " + (folder_ / "s"));
    EXPECT_EQ(run.exit_code, 0) << run.output;
    return Store(folder_ / "s", true).find("last").versions.at("blas");
  };
  const std::string chosen = kernels("env OPENBLAS_CORETYPE=PRESCOTT");
  if (chosen.find("OpenBLAS") == std::string::npos) GTEST_SKIP() << "another BLAS";
  EXPECT_NE(chosen.find("Prescott kernels"), std::string::npos) << chosen;
  const std::string fitting = kernels("env --unset=OPENBLAS_CORETYPE");
  EXPECT_TRUE(!__builtin_cpu_supports("avx2") || fitting.find("Prescott") == std::string::npos) << fitting;
}

}  // namespace
}  // namespace gradclinic
