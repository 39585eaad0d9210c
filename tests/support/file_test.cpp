#include "gradclinic/support/file.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <set>

#include "gradclinic/support/error.h"
#include "support/child.h"
#include "support/temporary_folder.h"

namespace gradclinic {
namespace {

std::size_t entries(const std::string& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

TEST(WriteFile, WritesEveryByteAndNothingBeside) {
  const TemporaryFolder folder;
  const std::string contents("a\0b\r\n\xff", 6);
  write_file(folder / "file", contents);
  EXPECT_EQ(read_bytes(folder / "file"), contents);
  write_file(folder / "file", "");
  EXPECT_EQ(read_bytes(folder / "file"), "");
  EXPECT_EQ(entries(folder.path()), 1u);
}

TEST(WriteFile, MakesMissingFolders) {
  const TemporaryFolder folder;
  write_file(folder / "a/b/file", "x");
  EXPECT_EQ(read_bytes(folder / "a/b/file"), "x");
}

TEST(WriteFile, FollowsALink) {
  const TemporaryFolder folder;
  write_bytes(folder / "target", "old");
  std::filesystem::create_symlink("target", folder / "link");
  write_file(folder / "link", "new");
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "link"));
  EXPECT_EQ(read_bytes(folder / "target"), "new");
}

TEST(WriteFile, WritesToADeviceAndKeepsIt) {
  write_file("/dev/null", "x");
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
}

TEST(WriteFile, FullDiskIsAStoreErrorThatSaysSo) {
  try {
    write_file("/dev/full", "x");
    FAIL();
  } catch (const StoreError& error) {
    EXPECT_NE(std::string(error.what()).find("/dev/full"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("space"), std::string::npos) << error.what();
  }
}

TEST(WriteFile, WhenItDoesNotFitTheOldFileStaysWhole) {
  const TemporaryFolder folder;
  write_file(folder / "file", "old");
  const int status = wait_for(start_child([&] {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{1000, 1000};
    setrlimit(RLIMIT_FSIZE, &limit);
    try {
      write_file(folder / "file", std::string(5000, 'x'));
    } catch (const StoreError&) {
      return 42;
    }
    return 0;
  }));
  EXPECT_EQ(status, 42);
  EXPECT_EQ(read_bytes(folder / "file"), "old");
  EXPECT_EQ(entries(folder.path()), 1u);
}

TEST(WriteFile, AFileInTheWayOfAFolderIsAStoreError) {
  const TemporaryFolder folder;
  write_bytes(folder / "file", "x");
  EXPECT_THROW(write_file(folder / "file/below", "y"), StoreError);
  EXPECT_THROW(write_file(folder.path(), "y"), StoreError);
}

TEST(FileNameOf, PlainNamesStay) { EXPECT_EQ(file_name_of("step-1_a.B"), "step-1_a.B"); }

TEST(FileNameOf, NoNameLeavesItsFolder) {
  using namespace std::string_literals;
  for (const std::string& text : {""s, "."s, ".."s, "/"s, "../../etc"s, "a/b"s, "a\0b"s}) {
    const std::string name = file_name_of(text);
    EXPECT_FALSE(name.empty());
    EXPECT_EQ(std::filesystem::path("folder") / name, std::filesystem::path("folder/" + name).lexically_normal());
    EXPECT_EQ(std::filesystem::path(name).filename(), name);
  }
}

TEST(FileNameOf, DifferentTextsHaveDifferentNames) {
  std::set<std::string> names;
  const std::string letters = "a%2F/. ";
  for (const char one : letters)
    for (const char two : letters) names.insert(file_name_of(std::string{one, two}));
  for (const char one : letters) names.insert(file_name_of(std::string{one}));
  names.insert(file_name_of(""));
  EXPECT_EQ(names.size(), 7u * 7u + 7u + 1u);
}

}  // namespace
}  // namespace gradclinic
