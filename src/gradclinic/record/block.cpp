#include "gradclinic/record/block.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace gradclinic {
namespace {

static_assert(std::endian::native == std::endian::little, "blocks are little-endian");

constexpr std::size_t kPlanes = sizeof(float);

void append_bytes(std::string& to, const void* from, std::size_t count) {
  to.append(static_cast<const char*>(from), count);
}

/// Whether every row has the first row's bits, by column.
std::vector<char> constant_columns(const std::uint32_t* values, std::size_t rows, std::size_t columns) {
  std::vector<std::uint32_t> difference(columns, 0);
  for (std::size_t row = 1; row < rows; ++row)
    for (std::size_t column = 0; column < columns; ++column)
      difference[column] |= values[column] ^ values[row * columns + column];
  std::vector<char> constant(columns);
  for (std::size_t column = 0; column < columns; ++column) constant[column] = difference[column] == 0;
  return constant;
}

}  // namespace

std::string BlockEncoder::encode(std::span<const std::int64_t> steps, std::span<const float> values,
                                 std::size_t columns) {
  const std::size_t rows = steps.size();
  bits_.resize(values.size());
  std::transform(values.begin(), values.end(), bits_.begin(),
                 [](float value) { return std::bit_cast<std::uint32_t>(value); });

  head_.clear();
  std::uint64_t previous = 0;
  for (const std::int64_t step : steps) {
    const std::uint64_t difference = static_cast<std::uint64_t>(step) - previous;
    append_bytes(head_, &difference, sizeof difference);
    previous = static_cast<std::uint64_t>(step);
  }
  const std::vector<char> constant = constant_columns(bits_.data(), rows, columns);
  append_bytes(head_, constant.data(), columns);
  std::size_t varying = 0;
  for (std::size_t column = 0; column < columns; ++column) {
    if (constant[column])
      append_bytes(head_, &bits_[column], sizeof(float));
    else
      ++varying;
  }

  const std::size_t plane = varying * rows;
  planes_.resize(kPlanes * plane);
  std::size_t place = 0;
  for (std::size_t column = 0; column < columns; ++column) {
    if (constant[column]) continue;
    for (std::size_t row = 0; row < rows; ++row, ++place)
      for (std::size_t byte = 0; byte < kPlanes; ++byte)
        planes_[byte * plane + place] = static_cast<char>(bits_[row * columns + column] >> (24 - 8 * byte));
  }
  // Sign, exponent and the mantissa's top repeat; its two low bytes are as good as random, so no time is spent on them.
  head_.append(planes_, 0, 2 * plane);
  return deflater_.compress(head_, std::string_view(planes_).substr(2 * plane));
}

bool decode_block(std::string_view block, std::size_t rows, Table& table) {
  const std::size_t columns = table.columns.size();
  if (rows == 0 || rows > kMaxBlockRows) return false;
  const std::size_t step_bytes = rows * sizeof(std::int64_t);
  const auto bytes = decompress(block, step_bytes + columns + columns * sizeof(float) * rows);
  if (!bytes || bytes->size() < step_bytes + columns) return false;

  const char* const constant = bytes->data() + step_bytes;
  std::size_t varying = 0;
  for (std::size_t column = 0; column < columns; ++column) varying += constant[column] == 0;
  const std::size_t plane = varying * rows;
  const std::size_t constant_bytes = (columns - varying) * sizeof(float);
  if (bytes->size() != step_bytes + columns + constant_bytes + kPlanes * plane) return false;

  std::uint64_t step = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    std::uint64_t difference;
    std::memcpy(&difference, bytes->data() + row * sizeof difference, sizeof difference);
    table.steps.push_back(static_cast<std::int64_t>(step += difference));
  }
  const std::size_t first_value = table.values.size();
  table.values.resize(first_value + rows * columns);
  float* const values = table.values.data() + first_value;
  const char* constant_value = constant + columns;
  const auto* planes = reinterpret_cast<const unsigned char*>(constant_value + constant_bytes);
  for (std::size_t column = 0; column < columns; ++column) {
    if (constant[column]) {
      for (std::size_t row = 0; row < rows; ++row)
        std::memcpy(values + row * columns + column, constant_value, sizeof(float));
      constant_value += sizeof(float);
      continue;
    }
    for (std::size_t row = 0; row < rows; ++row, ++planes) {
      const std::uint32_t bits = static_cast<std::uint32_t>(planes[0]) << 24 |
                                 static_cast<std::uint32_t>(planes[plane]) << 16 |
                                 static_cast<std::uint32_t>(planes[2 * plane]) << 8 | planes[3 * plane];
      std::memcpy(values + row * columns + column, &bits, sizeof bits);
    }
  }
  return true;
}

}  // namespace gradclinic
