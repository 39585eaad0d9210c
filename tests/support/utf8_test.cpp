#include "gradclinic/support/utf8.h"

#include <gtest/gtest.h>

namespace gradclinic {
namespace {

/// By the table of RFC 3629.
std::string encode(char32_t character) {
  const auto byte = [](char32_t bits) { return std::string(1, static_cast<char>(bits)); };
  const auto tail = [&](int shift) { return byte(0x80 | (character >> shift & 0x3F)); };
  if (character < 0x80) return byte(character);
  if (character < 0x800) return byte(0xC0 | character >> 6) + tail(0);
  if (character < 0x10000) return byte(0xE0 | character >> 12) + tail(6) + tail(0);
  return byte(0xF0 | character >> 18) + tail(12) + tail(6) + tail(0);
}

TEST(DecodeUtf8, EveryCharacterComesBackAndSurrogatesDoNot) {
  for (char32_t character = 0; character <= 0x10FFFF; ++character) {
    std::string text(1, 'a');
    text += encode(character);
    text += 'b';
    const std::u32string decoded = decode_utf8(text);
    const bool surrogate = character >= 0xD800 && character <= 0xDFFF;
    const std::u32string expected = surrogate ? U"a\uFFFD\uFFFD\uFFFDb" : std::u32string{U'a', character, U'b'};
    ASSERT_EQ(decoded, expected) << std::hex << static_cast<unsigned>(character);
  }
}

TEST(DecodeUtf8, WhatIsNotUtf8BecomesReplacementCharacters) {
  EXPECT_EQ(decode_utf8("\xff"), U"\uFFFD");
  EXPECT_EQ(decode_utf8("\xc0\x80"), U"\uFFFD\uFFFD");                      // overlong
  EXPECT_EQ(decode_utf8("\xe2\x82"), U"\uFFFD\uFFFD");                      // cut short
  EXPECT_EQ(decode_utf8("\xf4\x90\x80\x80"), U"\uFFFD\uFFFD\uFFFD\uFFFD");  // beyond U+10FFFF
  EXPECT_EQ(decode_utf8("\xf8xyz"), U"\uFFFDxyz");
  EXPECT_EQ(decode_utf8(""), U"");
}

}  // namespace
}  // namespace gradclinic
