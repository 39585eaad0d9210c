#pragma once

#include <zlib.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gradclinic {

/// Makes zlib streams (RFC 1950), fast (level 1). Keeps its work space between calls; not shared by threads.
class Deflater {
 public:
  Deflater();
  ~Deflater();
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  /// One stream of both parts, one after the other; `stored` goes in without a search for repetitions, which costs next
  /// to nothing: for bytes that do not compress.
  std::string compress(std::string_view bytes, std::string_view stored = {});

 private:
  z_stream state_{};
  std::string buffer_;
};

/// The bytes of a zlib stream. Nothing when it is damaged or holds more than `limit` bytes; memory grows with what is
/// really there, not with `limit`.
std::optional<std::string> decompress(std::string_view stream, std::size_t limit);

/// CRC-32 as in zlib and zip.
std::uint32_t checksum(std::string_view bytes);

}  // namespace gradclinic
