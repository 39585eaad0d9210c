#include "gradclinic/support/text.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>

namespace gradclinic {
namespace {

/// The definition, by recursion from the end, without a table.
std::size_t slow_distance(const std::string& a, const std::string& b) {
  if (a.empty()) return b.size();
  if (b.empty()) return a.size();
  const std::string a1 = a.substr(0, a.size() - 1);
  const std::string b1 = b.substr(0, b.size() - 1);
  std::size_t best = std::min(
      {slow_distance(a1, b) + 1, slow_distance(a, b1) + 1, slow_distance(a1, b1) + (a.back() == b.back() ? 0U : 1U)});
  if (a1.empty() || b1.empty() || a.back() != b1.back() || a1.back() != b.back()) return best;
  return std::min(best, slow_distance(a1.substr(0, a1.size() - 1), b1.substr(0, b1.size() - 1)) + 1);
}

TEST(EditDistance, IsWhatTheDefinitionSays) {
  const auto word = rc::gen::resize(5, rc::gen::container<std::string>(rc::gen::element('a', 'b', 'c')));
  EXPECT_TRUE(rc::check("edit distance", [&] {
    const std::string one = *word;
    const std::string other = *word;
    RC_ASSERT(edit_distance(one, other) == slow_distance(one, other));
  }));
}

TEST(EditDistance, CountsEachKindOfSlip) {
  EXPECT_EQ(edit_distance("sigmoid", "sigmoid"), 0U);
  EXPECT_EQ(edit_distance("sigmoid", "sgmoid"), 1U);
  EXPECT_EQ(edit_distance("sigmoid", "sigmoiid"), 1U);
  EXPECT_EQ(edit_distance("sigmoid", "sigmaid"), 1U);
  EXPECT_EQ(edit_distance("sigmoid", "isgmoid"), 1U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
}

TEST(Nearest, FindsWhatWasMeant) {
  const std::vector<std::string> names = {"relu", "sigmoid", "silu", "tanh"};
  EXPECT_EQ(nearest("sgmoid", names), "sigmoid");
  EXPECT_EQ(nearest("ReLU", names), "relu");
  EXPECT_EQ(nearest("thna", names), "");
  EXPECT_EQ(nearest("swish", names), "");
  EXPECT_EQ(nearest("abxye", {"abcde"}), "abcde");
  EXPECT_EQ(nearest("", names), "");
  EXPECT_EQ(nearest(std::string(1000000, 'r'), names), "");
  EXPECT_EQ(nearest("relu", {}), "");
}

TEST(Nearest, PrefersTheNearerAndThenTheFirst) {
  EXPECT_EQ(nearest("abcdef", {"abcdxx", "abcdex"}), "abcdex");
  EXPECT_EQ(nearest("abcdex", {"abcdey", "abcdez"}), "abcdey");
}

TEST(Advise, AsksOnlyWhenSomethingIsNear) {
  EXPECT_EQ(advise("tnah", {"relu", "tanh"}), "did you mean `tanh`? allowed: relu, tanh");
  EXPECT_EQ(advise("swish", {"relu", "tanh"}), "allowed: relu, tanh");
  EXPECT_EQ(advise("swish", {}), "allowed: nothing");
}

TEST(Words, AreSplitAtAnySpace) {
  EXPECT_EQ(words_of("  steps\tto loss \n"), (std::vector<std::string>{"steps", "to", "loss"}));
  EXPECT_TRUE(words_of(" \n ").empty());
  EXPECT_TRUE(words_of("").empty());
}

TEST(Excerpt, FitsOneLine) {
  EXPECT_EQ(excerpt("plain"), "plain");
  EXPECT_EQ(excerpt("a\nb\tc\x1b[31m"), "a\\nb\\tc\\x1b[31m");
  EXPECT_EQ(excerpt(std::string(100, 'x'), 10), std::string(10, 'x') + "...");
}

TEST(Excerpt, CutsBetweenCharacters) {
  EXPECT_EQ(excerpt("a\xc3\xa9z", 1), "a...");
  EXPECT_EQ(excerpt("a\xc3\xa9z", 2), "a\xc3\xa9...");
  EXPECT_EQ(excerpt("\xf0\x9f\x98\x80\xf0\x9f\x98\x80", 1), "\xf0\x9f\x98\x80...");
  EXPECT_EQ(excerpt("a\xc3\xa9z", 3), "a\xc3\xa9z");
  EXPECT_EQ(excerpt("\xe2\x82\xac\xf0\x9f\x98\x80"), "\xe2\x82\xac\xf0\x9f\x98\x80");
}

TEST(Excerpt, IsAlwaysUtf8) {
  EXPECT_EQ(excerpt("a\xff\xc3"), "a\xef\xbf\xbd\xef\xbf\xbd");
  EXPECT_EQ(excerpt("\xc2\x9b"
                    "31m"),
            "\\x9b31m");
}

}  // namespace
}  // namespace gradclinic
