#include "gradclinic/data/readers/cifar.h"

#include <gtest/gtest.h>

#include "data/damage.h"
#include "data/files.h"

namespace gradclinic {
namespace {

std::string record(char label, std::size_t shift) { return label + counting_bytes(3072 + shift).substr(shift); }

TEST(Cifar, SeesTheRecordsInPlace) {
  const std::string file = record(3, 0) + record(9, 5);
  const CifarBatch batch(as_bytes(file), "f");
  ASSERT_EQ(batch.records(), 2);
  EXPECT_EQ(batch.label(0), 3);
  EXPECT_EQ(batch.label(1), 9);
  EXPECT_EQ(batch.pixels(0).size(), 3072U);
  EXPECT_EQ(batch.pixels(0)[1], 1);
  EXPECT_EQ(batch.pixels(1)[0], 5);
  EXPECT_EQ(batch.pixels(1)[3071], (3071 + 5) % 256);
}

TEST(Cifar, NamesTheOffsetOfWhatIsWrong) {
  const std::string file = record(3, 0) + record(10, 0);
  EXPECT_NE(error_of([&] { CifarBatch(as_bytes(file), "f"); }).find("[f, byte 3073]"), std::string::npos);
  const std::string longer = record(3, 0) + "xy";
  const std::string error = error_of([&] { CifarBatch(as_bytes(longer), "f"); });
  EXPECT_NE(error.find("[f, byte 3073]"), std::string::npos) << error;
  EXPECT_NE(error.find("2 bytes"), std::string::npos) << error;
  EXPECT_THROW(CifarBatch(as_bytes(record(3, 0).substr(1)), "f"), BadInput);
  EXPECT_THROW(CifarBatch(as_bytes(""), "f"), BadInput);
}

}  // namespace
}  // namespace gradclinic
