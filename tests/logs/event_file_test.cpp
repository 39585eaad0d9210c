#include "gradclinic/logs/event_file.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "data/damage.h"
#include "gradclinic/logs/crc32c.h"
#include "gradclinic/logs/tfrecord.h"
#include "support/shell.h"
#include "support/temporary_folder.h"

namespace gradclinic {
namespace {

std::string written_file() {
  EventFileWriter writer("a test", 10);
  writer.add_scalar("loss", 3, 11.5, 0.25f);
  writer.add_scalar("gr\xc3\xbc\xc3\x9f/loss", -1, 12, NAN);
  writer.add_histogram("weights", 5, 13, {.least = 0, .largest = 2, .count = 2, .limits = {1, 2}, .counts = {1, 1}});
  writer.add_scalar("loss", 5'000'000'000, 14, -INFINITY);
  return writer.file();
}

std::size_t frame_bytes(const std::string& file, int frames) {
  TfrecordReader reader(as_bytes(file), "file");
  for (int i = 0; i < frames; ++i) reader.next();
  return reader.offset();
}

TEST(Crc32c, GivesTheKnownValues) {
  // RFC 3720, appendix B.4; "123456789" is the customary check.
  EXPECT_EQ(crc32c("123456789"), 0xe3069283U);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aaU);
  EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62a8ab43U);
  EXPECT_EQ(crc32c(""), 0U);
}

TEST(EventFile, WhatIsWrittenIsReadBack) {
  const std::string file = written_file();
  const EventFile read = read_event_file(as_bytes(file), "file");
  ASSERT_EQ(read.scalars.size(), 3U);
  EXPECT_EQ(read.writer, "a test");
  EXPECT_EQ(read.other_values, 1U);
  EXPECT_FALSE(read.cut_short);
  EXPECT_EQ(read.whole_bytes, file.size());
  EXPECT_EQ(read.scalars[0].tag, "loss");
  EXPECT_EQ(read.scalars[0].step, 3);
  EXPECT_EQ(read.scalars[0].wall_time, 11.5);
  EXPECT_EQ(read.scalars[0].value, 0.25);
  EXPECT_EQ(read.scalars[1].tag, "gr\xc3\xbc\xc3\x9f/loss");
  EXPECT_EQ(read.scalars[1].step, -1);
  EXPECT_TRUE(std::isnan(read.scalars[1].value));
  EXPECT_EQ(read.scalars[2].step, 5'000'000'000);
  EXPECT_EQ(read.scalars[2].value, -INFINITY);
}

TEST(EventFile, EveryFormOfAScalarThatAnotherProgramWritesIsRead) {
  if (!python_has("google.protobuf")) GTEST_SKIP() << "apt install python3-protobuf protobuf-compiler";
  const TemporaryFolder folder;
  const ShellResult python =
      shell("/usr/bin/python3 " GRADCLINIC_SOURCE "/tests/logs/event_tool.py write " + folder / "file");
  ASSERT_EQ(python.exit_code, 0) << python.output;
  const std::string file = read_bytes(folder / "file");
  const EventFile read = read_event_file(as_bytes(file), "file");
  std::map<std::string, double> values;
  for (const LoggedScalar& scalar : read.scalars) {
    EXPECT_EQ(scalar.step, 3);
    EXPECT_EQ(scalar.wall_time, 2);
    values[scalar.tag] = scalar.value;
  }
  EXPECT_TRUE(std::isnan(values.at("nan")));
  values.erase("nan");
  const std::map<std::string, double> expected = {
      {"simple", 0.5},     {"inf", -INFINITY},      {"float_val", 1.5},    {"float_content", 2.5},
      {"double_val", 0.1}, {"double_content", 0.2}, {"int_val", -7},       {"int64_val", 1099511627776.0},
      {"half_val", 1},     {"half_content", -0.25}, {"int64_content", -3}, {"bfloat16_val", 3.140625},
      {"one_by_one", 4}};
  EXPECT_EQ(values, expected);
  EXPECT_EQ(read.other_values, 3U);
}

TEST(EventFile, CutWithinARecordEndsBeforeIt) {
  const std::string file = written_file();
  const std::size_t first = frame_bytes(file, 1);
  for (std::size_t length = first; length < file.size(); ++length) {
    const std::string cut = file.substr(0, length);
    const EventFile read = read_event_file(as_bytes(cut), "file");
    EXPECT_LE(read.scalars.size(), 2U);
    EXPECT_EQ(read.cut_short, read.whole_bytes != length);
  }
  for (std::size_t length = 1; length < first; ++length) {
    const std::string cut = file.substr(0, length);
    EXPECT_NE(error_of([&] { read_event_file(as_bytes(cut), "file"); }).find("[file, byte 0]"), std::string::npos);
  }
}

TEST(EventFile, EveryChangedByteIsAnErrorThatNamesFileAndOffset) {
  const std::string file = written_file();
  for (std::size_t place = 0; place < file.size(); ++place)
    for (const int mask : {0x01, 0x10, 0x80, 0xff}) {
      std::string damaged = file;
      damaged[place] = static_cast<char>(damaged[place] ^ mask);
      const std::string error = error_of([&] { read_event_file(as_bytes(damaged), "file"); });
      EXPECT_TRUE(error.starts_with("[file, byte ")) << place << ": " << error;
    }
}

/// Checksums that are right do not make a message of what is none.
TEST(EventFile, DamagedMessagesInWholeRecordsAreNoCrash) {
  const std::string file = written_file();
  const std::size_t first = frame_bytes(file, 1);
  std::size_t errors = 0;
  for (int frame = 1; frame < 4; ++frame) {
    const std::size_t begin = frame_bytes(file, frame), end = frame_bytes(file, frame + 1);
    const std::string payload = file.substr(begin + 12, end - begin - 16);
    damage_everywhere(payload, [&](Bytes damaged) {
      const std::string text(damaged.begin(), damaged.end());
      const std::string changed = file.substr(0, first) + tfrecord(text);
      try {
        read_event_file(as_bytes(changed), "file");
      } catch (const BadInput& error) {
        ++errors;
        EXPECT_TRUE(std::string(error.what()).starts_with("[file, byte ")) << error.what();
        throw;
      }
    });
  }
  EXPECT_GT(errors, 100U);
}

}  // namespace
}  // namespace gradclinic
