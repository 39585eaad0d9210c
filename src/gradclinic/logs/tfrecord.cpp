#include "gradclinic/logs/tfrecord.h"

#include "gradclinic/logs/crc32c.h"
#include "gradclinic/logs/little_endian.h"

namespace gradclinic {
namespace {

constexpr std::size_t kLengthBytes = 8;
constexpr std::size_t kHeadBytes = kLengthBytes + 4;

/// A checksum is masked so that one of data that hold checksums is as good as any other.
std::uint32_t masked(std::uint32_t crc) { return ((crc >> 15) | (crc << 17)) + 0xa282ead8U; }

std::uint32_t masked_crc(Bytes bytes) { return masked(crc32c(text_of(bytes))); }

}  // namespace

std::string tfrecord(std::string_view payload) {
  std::string frame;
  append_little_endian<std::uint64_t>(frame, payload.size());
  append_little_endian(frame, masked(crc32c(frame)));
  frame += payload;
  append_little_endian(frame, masked(crc32c(payload)));
  return frame;
}

bool is_tfrecord(Bytes file) {
  return file.size() >= kHeadBytes &&
         little_endian<std::uint32_t>(file.subspan(kLengthBytes)) == masked_crc(file.first(kLengthBytes));
}

std::optional<Bytes> TfrecordReader::next() {
  const Bytes rest = file_.subspan(offset_);
  if (rest.size() < kHeadBytes) return std::nullopt;
  if (!is_tfrecord(rest)) reject_file(name_, offset_, "damaged: the checksum of a record's length is wrong");
  const auto length = little_endian<std::uint64_t>(rest);
  if (rest.size() - kHeadBytes < 4 || length > rest.size() - kHeadBytes - 4) return std::nullopt;
  const Bytes payload = rest.subspan(kHeadBytes, length);
  if (little_endian<std::uint32_t>(rest.subspan(kHeadBytes + length)) != masked_crc(payload))
    reject_file(name_, offset_ + kHeadBytes, "damaged: the checksum of a record is wrong");
  offset_ += kHeadBytes + length + 4;
  return payload;
}

}  // namespace gradclinic
