#include "gradclinic/fixes/text_diff.h"

#include <gtest/gtest.h>

#include <fstream>
#include <random>

#include "support/shell.h"
#include "support/temporary_folder.h"

namespace gradclinic {
namespace {

std::string random_text(std::mt19937& random) {
  std::string text;
  for (unsigned line = 0; line < 14 + random() % 8; ++line) text += std::string(1, char('a' + random() % 20)) + "\n";
  return text;
}

TEST(UnifiedDiff, IsEmptyOfEqualTexts) { EXPECT_EQ(unified_diff("a\nb\n", "a\nb\n", "one", "other"), ""); }

TEST(UnifiedDiff, ShowsAChangedLineWithItsNeighbours) {
  EXPECT_EQ(unified_diff("a\nb\nc\nd\ne\n", "a\nb\nc\nD\ne\n", "one", "other"),
            "--- one\n+++ other\n@@ -1,5 +1,5 @@\n a\n b\n c\n-d\n+D\n e\n");
}

TEST(UnifiedDiff, GivesPatchWhatItNeedsToMakeTheOtherText) {
  if (shell("command -v patch").exit_code != 0) GTEST_SKIP() << "patch is not installed";
  const TemporaryFolder folder;
  std::mt19937 random(5);
  for (int round = 0; round < 40; ++round) {
    const std::string before = random_text(random);
    std::string after = random_text(random);
    if (round % 2 == 0) {  // two small changes far apart or near
      after = before;
      after.replace(2 * (random() % 5), 1, "X");
      after.insert(2 * (random() % 12), "Y\n");
    }
    std::ofstream(folder / "text") << before;
    std::ofstream(folder / "diff") << unified_diff(before, after, "text", "text");
    const ShellResult result = shell("cd " + folder.path() + " && patch -s text < diff && cat text");
    EXPECT_EQ(result.output, after) << before << "---\n" << after;
  }
}

}  // namespace
}  // namespace gradclinic
