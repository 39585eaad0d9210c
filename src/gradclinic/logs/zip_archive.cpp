#include "gradclinic/logs/zip_archive.h"

#include <zlib.h>

#include <algorithm>
#include <new>

#include "gradclinic/logs/little_endian.h"
#include "gradclinic/support/text.h"

namespace gradclinic {
namespace {

constexpr std::uint32_t kLocalMagic = 0x04034b50, kDirectoryMagic = 0x02014b50, kEndMagic = 0x06054b50;
constexpr std::size_t kLocalBytes = 30, kDirectoryBytes = 46, kEndBytes = 22;
constexpr std::size_t kLongestComment = 0xffff;
constexpr std::uint32_t kSee64Bits = 0xffffffff;
constexpr unsigned kEncrypted = 1, kStored = 0, kDeflated = 8;
/// Deflate's longest match is 258 bytes, for 2 bits at least.
constexpr std::size_t kLargestRatio = 1032;

std::size_t number16(Bytes file, std::size_t at) { return little_endian<std::uint16_t>(file.subspan(at)); }
std::size_t number32(Bytes file, std::size_t at) { return little_endian<std::uint32_t>(file.subspan(at)); }

/// Where the end record stands: the last one whose comment ends with the file.
std::size_t find_end(Bytes file, const std::string& name) {
  if (file.size() >= kEndBytes) {
    const std::size_t last = file.size() - kEndBytes;
    const std::size_t first = last > kLongestComment ? last - kLongestComment : 0;
    for (std::size_t at = last + 1; at-- > first;)
      if (number32(file, at) == kEndMagic && number16(file, at + 20) == file.size() - at - kEndBytes) return at;
  }
  reject_file(name, file.size(), "a zip archive without its directory", "", "the file is truncated or damaged");
}

/// The entry at `at` of the directory; `at` moves to the next one.
ZipMember read_entry(Bytes directory, std::size_t& at, std::size_t offset, Bytes file, const std::string& name) {
  const std::size_t here = offset + at;
  if (directory.size() - at < kDirectoryBytes || number32(directory, at) != kDirectoryMagic)
    reject_file(name, here, "damaged: no entry where the zip directory should have one");
  const Bytes entry = directory.subspan(at);
  const std::size_t name_bytes = number16(entry, 28);
  const std::size_t length = kDirectoryBytes + name_bytes + number16(entry, 30) + number16(entry, 32);
  if (length > entry.size()) reject_file(name, here, "damaged: an entry longer than the zip directory");
  at += length;

  ZipMember member{.name = std::string(text_of(entry.subspan(kDirectoryBytes, name_bytes))),
                   .packed_bytes = number32(entry, 20),
                   .bytes = number32(entry, 24),
                   .deflated = number16(entry, 10) == kDeflated,
                   .crc = static_cast<std::uint32_t>(number32(entry, 16))};
  const std::size_t local = number32(entry, 42);
  if (number16(entry, 8) & kEncrypted)
    reject_file(name, here, "an encrypted file in a zip archive", excerpt(member.name));
  if (!member.deflated && number16(entry, 10) != kStored)
    reject_file(name, here, "a zip compression that is not read", std::to_string(number16(entry, 10)));
  if (member.packed_bytes == kSee64Bits || member.bytes == kSee64Bits || local == kSee64Bits)
    reject_file(name, here, "a file of 4 GiB or more in a zip archive", excerpt(member.name), "save it as safetensors");
  if (!member.deflated && member.packed_bytes != member.bytes)
    reject_file(name, here, "damaged: a stored file of two sizes", excerpt(member.name));
  if (local > file.size() || file.size() - local < kLocalBytes || number32(file, local) != kLocalMagic)
    reject_file(name, here, "damaged: no file where the zip directory promises one", excerpt(member.name));
  member.offset = local + kLocalBytes + number16(file, local + 26) + number16(file, local + 28);
  if (member.offset > file.size() || member.packed_bytes > file.size() - member.offset)
    reject_file(name, here, "damaged: a file that goes beyond the zip archive's end", excerpt(member.name));
  return member;
}

std::vector<std::uint8_t> inflated(Bytes packed, std::size_t bytes, std::size_t offset, const std::string& name) {
  if (bytes / kLargestRatio > packed.size())
    reject_file(name, offset, "damaged: a file larger than its packed bytes can hold",
                std::to_string(bytes) + " bytes");
  std::vector<std::uint8_t> content(bytes + 1);  // one more shows that there is no more
  z_stream stream{};
  stream.next_in = const_cast<Bytef*>(packed.data());  // zlib only reads it
  stream.avail_in = static_cast<uInt>(packed.size());  // below 4 GiB, as is `bytes`
  stream.next_out = content.data();
  stream.avail_out = static_cast<uInt>(content.size());
  constexpr int kNoZlibHeader = -MAX_WBITS;
  if (inflateInit2(&stream, kNoZlibHeader) != Z_OK) throw std::bad_alloc();
  const int status = inflate(&stream, Z_FINISH);
  const std::size_t read = stream.total_in, written = stream.total_out;
  inflateEnd(&stream);
  if (status == Z_MEM_ERROR) throw std::bad_alloc();
  if (status != Z_STREAM_END || written != bytes)
    reject_file(name, offset + read, "damaged deflate data in a zip archive");
  content.pop_back();
  return content;
}

}  // namespace

bool is_zip(Bytes file) { return file.size() >= 4 && number32(file, 0) == kLocalMagic; }

std::vector<ZipMember> read_zip_directory(Bytes file, const std::string& name) {
  const std::size_t end = find_end(file, name);
  const std::size_t count = number16(file, end + 10), bytes = number32(file, end + 12),
                    start = number32(file, end + 16);
  if (start > end || bytes > end - start) reject_file(name, end, "damaged: a zip directory that is not in the archive");
  const Bytes directory = file.subspan(start, bytes);
  std::vector<ZipMember> members;
  std::size_t at = 0;
  for (std::size_t i = 0; i < count; ++i) members.push_back(read_entry(directory, at, start, file, name));
  return members;
}

std::vector<std::uint8_t> unpack(Bytes file, const ZipMember& member, const std::string& name) {
  const Bytes packed = file.subspan(member.offset, member.packed_bytes);
  std::vector<std::uint8_t> content = member.deflated ? inflated(packed, member.bytes, member.offset, name)
                                                      : std::vector<std::uint8_t>(packed.begin(), packed.end());
  if (crc32_z(0, content.data(), content.size()) != member.crc)
    reject_file(name, member.offset, "damaged: wrong checksum of a file in the zip archive", excerpt(member.name));
  return content;
}

}  // namespace gradclinic
