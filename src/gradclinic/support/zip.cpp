#include "gradclinic/support/zip.h"

#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <new>
#include <stdexcept>
#include <utility>

#include "gradclinic/support/error.h"

namespace gradclinic {
namespace {

constexpr std::size_t kMaxBytes = 0xFFFFFFFE;  // 0xFFFFFFFF means: see the 64-bit extension
constexpr std::size_t kMaxFiles = 0xFFFE;
constexpr unsigned kVersion = 20;
constexpr unsigned kUtf8Names = 1u << 11;
constexpr unsigned kDeflated = 8;
constexpr unsigned kFirstOf1980 = 1 << 5 | 1;

void put16(std::string& to, std::size_t value) {
  to += static_cast<char>(value);
  to += static_cast<char>(value >> 8);
}

void put32(std::string& to, std::size_t value) {
  put16(to, value & 0xFFFF);
  put16(to, value >> 16);
}

std::string deflated(std::string_view contents) {
  z_stream stream{};
  constexpr int kNoZlibHeader = -15;
  if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, kNoZlibHeader, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::bad_alloc();
  // Above deflateBound for any setting; it may exceed 32 bits, hence the loop below.
  std::string result(contents.size() + contents.size() / 8 + 256, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(contents.data()));
  stream.next_out = reinterpret_cast<Bytef*>(result.data());
  stream.avail_in = static_cast<uInt>(contents.size());
  int status = Z_OK;
  while (status == Z_OK) {
    stream.avail_out = static_cast<uInt>(std::min<std::size_t>(result.size() - stream.total_out, 1u << 30));
    status = deflate(&stream, Z_FINISH);
  }
  result.resize(stream.total_out);
  deflateEnd(&stream);
  if (status != Z_STREAM_END) throw std::logic_error("zlib did not finish a stream");
  return result;
}

}  // namespace

void ZipWriter::add(const std::string& name, std::string_view contents) {
  if (contents.size() > kMaxBytes || files_ == kMaxFiles || name.size() > 0xFFFF)
    throw StoreError(name, "this is too large for a zip archive", std::to_string(contents.size()) + " bytes",
                     "choose another format");
  const std::string data = deflated(contents);
  std::string header;  // shared by the file's own header and its entry in the directory
  put16(header, kVersion);
  put16(header, kUtf8Names);
  put16(header, kDeflated);
  put16(header, 0);
  put16(header, kFirstOf1980);
  put32(header, crc32_z(0, reinterpret_cast<const Bytef*>(contents.data()), contents.size()));
  put32(header, data.size());
  put32(header, contents.size());
  put16(header, name.size());
  put16(header, 0);  // no extra field
  if (archive_.size() + data.size() + directory_.size() + 1024 + 2 * name.size() > kMaxBytes)
    throw StoreError(name, "the zip archive would exceed 4 GiB", "", "choose another format");

  put32(directory_, 0x02014b50);
  put16(directory_, kVersion);
  directory_ += header;
  put16(directory_, 0);  // no comment
  put16(directory_, 0);  // first disk
  put16(directory_, 0);
  put32(directory_, 0);
  put32(directory_, archive_.size());
  directory_ += name;

  put32(archive_, 0x04034b50);
  archive_ += header + name + data;
  ++files_;
}

std::string ZipWriter::finish() {
  const std::size_t directory_place = archive_.size();
  archive_ += directory_;
  put32(archive_, 0x06054b50);
  put32(archive_, 0);  // one disk
  put16(archive_, files_);
  put16(archive_, files_);
  put32(archive_, directory_.size());
  put32(archive_, directory_place);
  put16(archive_, 0);  // no comment
  return std::move(archive_);
}

}  // namespace gradclinic
