#include "gradclinic/data/readers/gzip.h"

#include <gtest/gtest.h>

#include "data/damage.h"
#include "data/files.h"

namespace gradclinic {
namespace {

std::string inflate_all(Bytes file, std::size_t piece = 7) {
  GzipStream stream(file, "f.gz");
  std::string all;
  for (;;) {
    std::vector<std::uint8_t> out(piece);
    const std::size_t count = stream.read(out);
    all.append(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(count));
    if (count < piece) return all;
  }
}

TEST(Gzip, GivesTheContentBackInPiecesOfAnySize) {
  const std::string content = counting_bytes(5000);
  const std::string file = gzipped(content);
  for (const std::size_t piece : {1, 7, 4096, 5000, 9000}) EXPECT_EQ(inflate_all(as_bytes(file), piece), content);
}

TEST(Gzip, ReadsMembersOneAfterTheOther) {
  const std::string file = gzipped("first,") + gzipped("") + gzipped("second");
  EXPECT_EQ(inflate_all(as_bytes(file)), "first,second");
}

TEST(Gzip, KnowsItsMagic) {
  EXPECT_TRUE(is_gzip(as_bytes(gzipped("x"))));
  EXPECT_FALSE(is_gzip(as_bytes("\x1f")));
  EXPECT_FALSE(is_gzip(as_bytes(std::string_view("\0\0\x08\x03", 4))));
}

TEST(Gzip, NamesFileAndOffsetOfTruncation) {
  const std::string file = gzipped(counting_bytes(5000));
  const std::string cut = file.substr(0, file.size() / 2);
  const std::string error = error_of([&] { inflate_all(as_bytes(cut)); });
  EXPECT_NE(error.find("f.gz, byte " + std::to_string(cut.size())), std::string::npos) << error;
  EXPECT_NE(error.find("truncated"), std::string::npos) << error;
}

TEST(Gzip, SeesADamagedChecksumAndBytesAfterTheEnd) {
  std::string file = gzipped("some content");
  std::string damaged = file;
  damaged[file.size() - 8] ^= 1;  // the CRC
  EXPECT_NE(error_of([&] { inflate_all(as_bytes(damaged)); }).find("damaged gzip data"), std::string::npos);
  const std::string error = error_of([&] { inflate_all(as_bytes(file + "more")); });
  EXPECT_NE(error.find("byte " + std::to_string(file.size())), std::string::npos) << error;
}

TEST(Gzip, SurvivesDamageEverywhere) {
  damage_everywhere(gzipped(counting_bytes(300) + std::string(300, 'x')), [](Bytes file) { inflate_all(file, 64); });
}

}  // namespace
}  // namespace gradclinic
