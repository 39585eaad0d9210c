#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "gradclinic/spec/experiment.h"
#include "gradclinic/spec/toml.h"
#include "spec/error_of.h"

namespace gradclinic {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class LoadSpec : public ::testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string& text) {
    std::ofstream(path_, std::ios::binary) << text;
    return path_;
  }

  static std::string error(const std::string& path) {
    return error_of([&] { load_spec(path); });
  }

  const std::string folder_ = ::testing::TempDir() + "gradclinic-spec-" + std::to_string(getpid());
  const std::string path_ = folder_ + "/spec.toml";
};

TEST_F(LoadSpec, RemembersTheFolder) {
  EXPECT_EQ(load_spec(write("[model]\ndepth = 7")).folder, folder_);
  EXPECT_EQ(load_spec(path_).model.depth, 7);
}

TEST_F(LoadSpec, ABareNameLiesInTheCurrentFolder) {
  write("");
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(folder_);
  const std::string folder = load_spec("spec.toml").folder;
  std::filesystem::current_path(before);
  EXPECT_EQ(folder, ".");
}

TEST_F(LoadSpec, ErrorsNameTheFile) {
  EXPECT_THAT(error(write("\nx = 1")), StartsWith("[" + path_ + ":2 x] unknown key"));
}

TEST_F(LoadSpec, MissingFile) { EXPECT_EQ(error(path_), "[" + path_ + "] cannot be read: No such file or directory"); }

TEST_F(LoadSpec, Folder) { EXPECT_EQ(error(folder_), "[" + folder_ + "] is a folder, not a file"); }

TEST_F(LoadSpec, UnreadableFile) {
  if (geteuid() == 0) GTEST_SKIP() << "root reads everything";
  write("");
  std::filesystem::permissions(path_, std::filesystem::perms::none);
  EXPECT_EQ(error(path_), "[" + path_ + "] cannot be read: Permission denied");
}

TEST_F(LoadSpec, FileThatFailsWhileItIsRead) {
  if (!std::filesystem::exists("/proc/self/mem")) GTEST_SKIP() << "needs /proc";
  EXPECT_EQ(error("/proc/self/mem"), "[/proc/self/mem] cannot be read: Input/output error");
}

TEST_F(LoadSpec, FileOverAMebibyte) {
  EXPECT_EQ(error(write("#" + std::string((1 << 20) - 1, 'x'))), "");
  EXPECT_EQ(error(write("#" + std::string(1 << 20, 'x'))), "[" + path_ + "] is too large; allowed: up to 1 MiB");
}

TEST_F(LoadSpec, EndlessFile) { EXPECT_THAT(error("/dev/zero"), HasSubstr("is too large")); }

TEST_F(LoadSpec, BinaryFile) { EXPECT_THAT(error(write(std::string("\x1f\x8b\0\0", 4))), HasSubstr("not valid TOML")); }

TEST_F(LoadSpec, ByteOrderMarkAndWindowsLines) {
  EXPECT_EQ(load_spec(write("\xEF\xBB\xBF[model]\r\ndepth = 3\r\n")).model.depth, 3);
}

TEST_F(LoadSpec, ExperimentsRememberTheFolderInEveryCell) {
  write("[experiment]\nid = \"x\"\ntitle = \"X\"\n[factors]\n\"model.depth\" = [3, 4]");
  for (const Cell& cell : cells(load_experiment(path_))) EXPECT_EQ(cell.spec.folder, folder_);
}

}  // namespace
}  // namespace gradclinic
