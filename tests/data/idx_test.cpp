#include "gradclinic/data/readers/idx.h"

#include <gtest/gtest.h>

#include "data/damage.h"
#include "data/files.h"

namespace gradclinic {
namespace {

const std::string kImages = idx_file({5, 2, 3}, counting_bytes(30));

std::string text_of(const IdxArray& array) { return {array.values.begin(), array.values.end()}; }

TEST(Idx, ReadsImagesAndLabels) {
  const IdxArray images = read_idx(as_bytes(kImages), "f");
  EXPECT_EQ(images.shape, (std::vector<Index>{2, 3}));
  EXPECT_EQ(images.held, 5);
  EXPECT_EQ(images.items, 5);
  EXPECT_EQ(images.item_size(), 6);
  EXPECT_EQ(text_of(images), counting_bytes(30));
  EXPECT_EQ(images.first_offset, 16U);

  const IdxArray labels = read_idx(as_bytes(idx_file({3}, "\x07\x02\x01")), "f");
  EXPECT_EQ(labels.items, 3);
  EXPECT_EQ(labels.item_size(), 1);
  EXPECT_EQ(text_of(labels), "\x07\x02\x01");
}

TEST(Idx, GzippedFilesReadTheSame) {
  const std::string packed = gzipped(kImages);
  const IdxArray images = read_idx(as_bytes(packed), "f.gz");
  EXPECT_EQ(images.shape, (std::vector<Index>{2, 3}));
  EXPECT_EQ(text_of(images), counting_bytes(30));
}

TEST(Idx, TakesTheFirstItemsOnly) {
  for (const std::string& file : {kImages, gzipped(kImages)}) {
    const IdxArray two = read_idx(as_bytes(file), "f", 2);
    EXPECT_EQ(two.items, 2);
    EXPECT_EQ(two.held, 5);
    EXPECT_EQ(text_of(two), counting_bytes(12));
    EXPECT_EQ(read_idx(as_bytes(file), "f", 99).items, 5);
  }
}

TEST(Idx, FirstItemsNeedNoMoreOfAGzippedFile) {
  // Random bytes do not shrink, so half of the gzipped file holds about half of the items.
  std::string values;
  std::uint32_t state = 1;
  for (int i = 0; i < 100000; ++i) values += static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  const std::string packed = gzipped(idx_file({1000, 100}, values));
  const std::string half = packed.substr(0, packed.size() / 2);
  EXPECT_EQ(text_of(read_idx(as_bytes(half), "f", 400)), values.substr(0, 40000));
  EXPECT_THROW(read_idx(as_bytes(half), "f", 600), BadInput);
}

TEST(Idx, RejectsAFileOfAnotherSizeThanItsHeaderPromises) {
  const std::string shorter = kImages.substr(0, kImages.size() - 1);
  std::string error = error_of([&] { read_idx(as_bytes(shorter), "f"); });
  EXPECT_NE(error.find("[f, byte 45]"), std::string::npos) << error;
  EXPECT_NE(error.find("29 bytes of 30"), std::string::npos) << error;
  error = error_of([&] { read_idx(as_bytes(kImages + "x"), "f", 1); });
  EXPECT_NE(error.find("[f, byte 46]"), std::string::npos) << error;

  EXPECT_THROW(read_idx(as_bytes(gzipped(shorter)), "f"), BadInput);
  error = error_of([&] { read_idx(as_bytes(gzipped(kImages + "x")), "f"); });
  EXPECT_NE(error.find("more bytes than its header promises"), std::string::npos) << error;
}

TEST(Idx, AHugePromiseAllocatesNothing) {
  // 4 billion images of 4 billion pixels, and a product that overflows 64 bits.
  const std::uint32_t huge = 0xffffffff;
  for (const std::string& file : {idx_file({huge, huge}, "x"), idx_file({huge, huge, huge}, "x")}) {
    EXPECT_THROW(read_idx(as_bytes(file), "f"), BadInput);
    EXPECT_THROW(read_idx(as_bytes(gzipped(file)), "f"), BadInput);
  }
  // A gzip bomb: the header promises one image, the file inflates to far more.
  const std::string bomb = gzipped(idx_file({1, 2, 2}, std::string(1 << 20, '\0')));
  EXPECT_NE(error_of([&] { read_idx(as_bytes(bomb), "f"); }).find("byte 20"), std::string::npos);
}

TEST(Idx, RejectsWhatIsNotIdxOfBytes) {
  EXPECT_NE(error_of([] { read_idx(as_bytes("not an idx file"), "f"); }).find("not an IDX file"), std::string::npos);
  std::string floats = kImages;
  floats[2] = 0x0d;
  EXPECT_NE(error_of([&] { read_idx(as_bytes(floats), "f"); }).find("(got `13`)"), std::string::npos);
  EXPECT_THROW(read_idx(as_bytes(""), "f"), BadInput);
  EXPECT_THROW(read_idx(as_bytes(idx_file({}, "")), "f"), BadInput);
  EXPECT_THROW(read_idx(as_bytes(idx_file({0, 2, 2}, "")), "f"), BadInput);
  EXPECT_THROW(read_idx(as_bytes(idx_file({1, 1, 1, 1, 1}, "x")), "f"), BadInput);
}

TEST(Idx, SurvivesDamageEverywhere) {
  for (const Index limit : {0, 2}) {
    damage_everywhere(kImages, [&](Bytes file) { read_idx(file, "f", limit); });
    damage_everywhere(gzipped(kImages), [&](Bytes file) { read_idx(file, "f", limit); });
  }
}

}  // namespace
}  // namespace gradclinic
