#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gradclinic/record/compression.h"
#include "gradclinic/record/record.h"

namespace gradclinic {

/// The most rows a block may hold.
inline constexpr std::size_t kMaxBlockRows = 65536;

/// Packs rows of one table into a block. The format is described in docs/store.md. Not shared by threads.
class BlockEncoder {
 public:
  /// `values` are steps.size() rows of `columns` values, row after row. At least one row.
  std::string encode(std::span<const std::int64_t> steps, std::span<const float> values, std::size_t columns);

 private:
  Deflater deflater_;
  std::string head_;
  std::string planes_;
  std::vector<std::uint32_t> bits_;
};

/// Appends a block's rows to a table whose columns are set. False, with the table as it was, when the block is damaged:
/// not a zlib stream, or not of `rows` rows of the table's columns.
bool decode_block(std::string_view block, std::size_t rows, Table& table);

}  // namespace gradclinic
