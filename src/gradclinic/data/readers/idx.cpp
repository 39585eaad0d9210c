#include "gradclinic/data/readers/idx.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include "gradclinic/data/readers/gzip.h"

namespace gradclinic {
namespace {

constexpr std::uint8_t kUnsignedByte = 0x08;
constexpr std::size_t kLargestRank = 4;
constexpr std::size_t kLargestDeflation = 1032;  // bytes that a byte of deflate can stand for, by its format
constexpr std::size_t kPiece = std::size_t{1} << 20;

/// The file's bytes in order, inflated when it is gzipped. `offset` counts inflated bytes.
class Source {
 public:
  Source(Bytes file, const std::string& name) : file_(file), name_(name) {
    if (is_gzip(file)) gzip_.emplace(file, name);
  }

  std::size_t offset = 0;

  /// The inflated size where it is known at once.
  std::optional<std::size_t> size() const { return gzip_ ? std::nullopt : std::optional(file_.size()); }

  void read(std::span<std::uint8_t> out) {
    const std::size_t count = gzip_ ? gzip_->read(out) : copy(out);
    offset += count;
    if (count < out.size()) reject_file(name_, offset, "ends too early", "", "the file is truncated");
  }

  void expect_end() {
    std::uint8_t byte = 0;
    const std::span<std::uint8_t> one(&byte, 1);
    if ((gzip_ ? gzip_->read(one) : copy(one)) != 0)
      reject_file(name_, offset, "holds more bytes than its header promises");
  }

 private:
  std::size_t copy(std::span<std::uint8_t> out) const {
    const std::size_t count = std::min(out.size(), file_.size() - offset);
    std::copy_n(file_.data() + offset, count, out.data());
    return count;
  }

  Bytes file_;
  const std::string& name_;
  std::optional<GzipStream> gzip_;
};

std::vector<std::uint32_t> read_sizes(Source& source, const std::string& name) {
  std::array<std::uint8_t, 4> magic{};
  source.read(magic);
  if (magic[0] != 0 || magic[1] != 0) reject_file(name, 0, "not an IDX file: the first two bytes are not 0");
  if (magic[2] != kUnsignedByte)
    reject_file(name, 2, "IDX data that are not unsigned bytes (type 8)", std::to_string(magic[2]));
  if (magic[3] < 1 || magic[3] > kLargestRank)
    reject_file(name, 3, "an IDX file of 1 to 4 dimensions is needed", std::to_string(magic[3]));
  std::vector<std::uint32_t> sizes(magic[3]);
  for (std::uint32_t& size : sizes) {
    std::array<std::uint8_t, 4> bytes{};
    source.read(bytes);
    for (const std::uint8_t byte : bytes) size = size << 8 | byte;
    if (size == 0) reject_file(name, source.offset - 4, "an IDX dimension of size 0");
  }
  return sizes;
}

std::size_t promised_bytes(const std::vector<std::uint32_t>& sizes, const std::string& name) {
  std::size_t bytes = 1;
  for (const std::uint32_t size : sizes) {
    if (__builtin_mul_overflow(bytes, std::size_t{size}, &bytes) || bytes > PTRDIFF_MAX)
      reject_file(name, 4, "an IDX header that promises more bytes than a file can hold");
  }
  return bytes;
}

}  // namespace

Index IdxArray::item_size() const {
  Index size = 1;
  for (const Index length : shape) size *= length;
  return size;
}

IdxArray read_idx(Bytes file, const std::string& name, Index limit) {
  Source source(file, name);
  const std::vector<std::uint32_t> sizes = read_sizes(source, name);
  const std::size_t promised = promised_bytes(sizes, name);

  IdxArray array;
  array.shape.assign(sizes.begin() + 1, sizes.end());
  array.held = sizes[0];
  array.items = limit > 0 ? std::min(limit, array.held) : array.held;
  array.first_offset = source.offset;
  if (source.size() && *source.size() - source.offset != promised)
    reject_file(name, std::min(*source.size(), source.offset + promised), "not of the size its header promises",
                std::to_string(*source.size() - source.offset) + " bytes of " + std::to_string(promised));

  const auto wanted = static_cast<std::size_t>(array.items * array.item_size());
  // A header may promise anything: room is taken for what the file can hold, and touched only as bytes really come.
  array.values.reserve(std::min(wanted, file.size() * kLargestDeflation));
  while (array.values.size() < wanted) {
    const std::size_t have = array.values.size();
    array.values.resize(std::min(wanted, have + kPiece));
    source.read(std::span(array.values).subspan(have));
  }
  if (array.items == array.held) source.expect_end();
  return array;
}

}  // namespace gradclinic
