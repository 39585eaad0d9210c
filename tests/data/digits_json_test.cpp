#include "gradclinic/data/readers/digits_json.h"

#include <gtest/gtest.h>

#include <cstdio>

#include "data/damage.h"

namespace gradclinic {
namespace {

std::vector<std::uint8_t> pixels_of(std::string_view text) {
  std::vector<std::uint8_t> pixels;
  append_digits_json(text, "0.json", pixels);
  return pixels;
}

/// k/255 as JavaScript prints it after rounding to three digits: no zeros at the end.
std::string rounded_share(int k) {
  char text[16];
  std::snprintf(text, sizeof text, "%.3f", k / 255.0);
  std::string share = text;
  share.erase(share.find_last_not_of('0') + 1);
  if (share.back() == '.') share.pop_back();
  return share;
}

TEST(DigitsJson, RecoversEveryByteExactly) {
  std::string text = "{ \"data\": [";
  for (int k = 0; k < 256; ++k) text.append(k == 0 ? "" : ",").append(rounded_share(k));
  const std::vector<std::uint8_t> pixels = pixels_of(text + "]}");
  ASSERT_EQ(pixels.size(), 256U);
  for (int k = 0; k < 256; ++k) EXPECT_EQ(pixels[k], k);
}

TEST(DigitsJson, WhiteSpaceDoesNotMatter) {
  EXPECT_EQ(pixels_of("\n{\"data\" :\t[ 0 ,1\r\n, 0.502]\n} "), (std::vector<std::uint8_t>{0, 255, 128}));
}

TEST(DigitsJson, NamesTheOffsetOfWhatIsNoPixel) {
  for (const std::string bad : {"2", "1.1", "0.5", "0.003", "-0.5", "0.5020", ".5", "0.", "1e-3", "x", ""}) {
    const std::string error = error_of([&] { pixels_of("{\"data\":[0," + bad + "]}"); });
    EXPECT_NE(error.find("[0.json, byte "), std::string::npos) << bad << ": " << error;
  }
  EXPECT_NE(error_of([] { pixels_of("{\"data\":[0,2]}"); }).find("byte 11]"), std::string::npos);
  for (const std::string_view bad :
       {"", "{}", "[0]", "{\"data\":[]}", "{\"data\":[0}", "{\"data\":[0]", "{\"data\":[0]}x"})
    EXPECT_THROW(pixels_of(bad), BadInput) << bad;
}

TEST(DigitsJson, SurvivesDamageEverywhere) {
  damage_everywhere("{ \"data\": [0,1,0.502,0.004, 0.98]}", [](Bytes file) {
    std::vector<std::uint8_t> pixels;
    append_digits_json({reinterpret_cast<const char*>(file.data()), file.size()}, "f", pixels);
  });
}

}  // namespace
}  // namespace gradclinic
