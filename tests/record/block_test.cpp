#include "gradclinic/record/block.h"

#include <gtest/gtest.h>

#include <limits>

#include "record/made_run.h"

namespace gradclinic {
namespace {

Table made_table(std::size_t rows, std::size_t columns, unsigned seed) {
  std::mt19937 bits(seed);
  Table table;
  for (std::size_t column = 0; column < columns; ++column) table.columns.push_back({"q", static_cast<int>(column)});
  std::vector<bool> constant(columns);
  for (std::size_t column = 0; column < columns; ++column) constant[column] = bits() % 2;
  for (std::size_t row = 0; row < rows; ++row) {
    table.steps.push_back(static_cast<std::int64_t>((std::uint64_t{bits()} << 32) | bits()));
    for (std::size_t column = 0; column < columns; ++column) {
      const auto value = static_cast<std::uint32_t>(constant[column] ? column * 0x01234567u : bits());
      table.values.push_back(std::bit_cast<float>(value));
    }
  }
  return table;
}

Table empty_like(const Table& table) { return {.columns = table.columns, .steps = {}, .values = {}}; }

TEST(Block, GivesBackEveryBitOfEveryShape) {
  BlockEncoder encoder;
  unsigned seed = 0;
  for (const std::size_t rows : {1, 2, 3, 64, 1000})
    for (const std::size_t columns : {0, 1, 2, 7, 400}) {
      const Table made = made_table(rows, columns, ++seed);
      Table read = empty_like(made);
      ASSERT_TRUE(decode_block(encoder.encode(made.steps, made.values, columns), rows, read));
      expect_same(read, made);
    }
}

TEST(Block, StepsMayBeAnyIntegersInAnyOrder) {
  constexpr auto kMin = std::numeric_limits<std::int64_t>::min();
  constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
  Table made{{}, {kMax, kMin, 0, -1, kMax, 5, 5}, {}};
  Table read;
  ASSERT_TRUE(decode_block(BlockEncoder().encode(made.steps, made.values, 0), made.rows(), read));
  EXPECT_EQ(read.steps, made.steps);
}

TEST(Block, IsAppendedToWhatIsThere) {
  const Table made = made_table(10, 4, 1);
  const std::string block = BlockEncoder().encode(made.steps, made.values, 4);
  Table read = made;
  ASSERT_TRUE(decode_block(block, 10, read));
  EXPECT_EQ(read.rows(), 20u);
  EXPECT_TRUE(same_bits({read.values.begin() + 40, read.values.end()}, made.values));
}

TEST(Block, WithOtherRowsOrColumnsThanWrittenIsRefusedAndTheTableStays) {
  const Table made = made_table(10, 4, 1);
  const std::string block = BlockEncoder().encode(made.steps, made.values, 4);
  for (const std::size_t rows : {0, 1, 9, 11, 1'000'000'000}) {
    Table read = empty_like(made);
    EXPECT_FALSE(decode_block(block, rows, read)) << rows;
    EXPECT_EQ(read.rows() + read.values.size(), 0u);
  }
  for (const std::size_t columns : {0, 3, 5, 100'000}) {
    Table read;
    read.columns.resize(columns);
    EXPECT_FALSE(decode_block(block, 10, read)) << columns;
  }
}

TEST(Block, CutAnywhereOrWithBytesBehindIsRefused) {
  const Table made = made_table(20, 5, 2);
  const std::string block = BlockEncoder().encode(made.steps, made.values, 5);
  for (std::size_t length = 0; length < block.size(); ++length) {
    Table read = empty_like(made);
    ASSERT_FALSE(decode_block(std::string_view(block).substr(0, length), 20, read)) << length;
  }
  Table read = empty_like(made);
  EXPECT_FALSE(decode_block(block + "x", 20, read));
  EXPECT_TRUE(decode_block(block, 20, read));
}

TEST(Block, EveryFlippedBitIsNoticed) {
  const Table made = made_table(8, 5, 3);
  const std::string block = BlockEncoder().encode(made.steps, made.values, 5);
  for (std::size_t bit = 0; bit < 8 * block.size(); ++bit) {
    std::string damaged = block;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ 1 << bit % 8);
    EXPECT_NE(checksum(damaged), checksum(block));
    Table read = empty_like(made);
    // zlib's own check leaves out a few bits of its header: what they change must not be what was recorded.
    if (decode_block(damaged, 8, read)) expect_same(read, made);
  }
}

TEST(Block, HoldsSlowAndConstantColumnsInFewerBytes) {
  Table table;
  for (int row = 0; row < 64; ++row) {
    table.steps.push_back(row);
    for (int column = 0; column < 100; ++column)
      table.values.push_back(column < 50 ? 0.5f : 1.0f + 0.001f * static_cast<float>(row));
  }
  EXPECT_LT(BlockEncoder().encode(table.steps, table.values, 100).size(), table.values.size() * sizeof(float) / 3);
}

TEST(Decompress, StopsAtTheLimitHoweverMuchTheStreamHolds) {
  const std::string stream = Deflater().compress(std::string(50'000'000, 'x'));
  EXPECT_LT(stream.size(), 300'000u);
  EXPECT_FALSE(decompress(stream, 1000));
  EXPECT_EQ(decompress(stream, 50'000'000)->size(), 50'000'000u);
}

TEST(Deflater, StoredBytesFollowTheCompressedOnes) {
  Deflater deflater;
  for (const std::string dense : {"", "aaaa"})
    for (const std::string stored : {"", "bcd"})
      EXPECT_EQ(decompress(deflater.compress(dense, stored), 100), dense + stored);
}

}  // namespace
}  // namespace gradclinic
