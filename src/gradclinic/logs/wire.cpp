#include "gradclinic/logs/wire.h"

#include <bit>

#include "gradclinic/logs/little_endian.h"

namespace gradclinic {
namespace {

constexpr int kTypeBits = 3;
constexpr int kLongestVarint = 10;  // 64 bits, 7 a byte

}  // namespace

void WireWriter::put_varint(std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) message_ += static_cast<char>(value | 0x80);
  message_ += static_cast<char>(value);
}

void WireWriter::put_key(int field, int type) { put_varint(static_cast<std::uint64_t>(field << kTypeBits | type)); }

void WireWriter::put_integer(int field, std::int64_t value) {
  put_key(field, static_cast<int>(WireField::Type::varint));
  put_varint(static_cast<std::uint64_t>(value));
}

void WireWriter::put_double(int field, double value) {
  put_key(field, static_cast<int>(WireField::Type::bits64));
  append_little_endian(message_, value);
}

void WireWriter::put_float(int field, float value) {
  put_key(field, static_cast<int>(WireField::Type::bits32));
  append_little_endian(message_, value);
}

void WireWriter::put_bytes(int field, std::string_view bytes) {
  put_key(field, static_cast<int>(WireField::Type::bytes));
  put_varint(bytes.size());
  message_ += bytes;
}

void WireWriter::put_doubles(int field, const double* values, std::size_t count) {
  put_bytes(field, {reinterpret_cast<const char*>(values), count * sizeof(double)});
}

double WireField::as_double() const { return std::bit_cast<double>(value); }

float WireField::as_float() const { return std::bit_cast<float>(static_cast<std::uint32_t>(value)); }

std::optional<std::int64_t> WireField::only_integer() const {
  if (type == Type::varint) return as_integer();
  if (type != Type::bytes || bytes.empty() || bytes.size() > kLongestVarint || bytes.back() >= 0x80)
    return std::nullopt;
  std::uint64_t packed = 0;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    if (at + 1 < bytes.size() && bytes[at] < 0x80) return std::nullopt;
    packed |= static_cast<std::uint64_t>(bytes[at] & 0x7f) << (7 * at);
  }
  return static_cast<std::int64_t>(packed);
}

void WireReader::fail(const std::string& what) const { reject_file(name_, offset_ + at_, what); }

std::uint64_t WireReader::varint() {
  std::uint64_t value = 0;
  for (int byte = 0; byte < kLongestVarint; ++byte) {
    if (at_ == message_.size()) fail("a message ends within a number");
    const std::uint8_t bits = message_[at_++];
    value |= static_cast<std::uint64_t>(bits & 0x7f) << (7 * byte);
    if (bits < 0x80) return value;
  }
  fail("a number of more than 64 bits in a message");
}

Bytes WireReader::take(std::uint64_t count) {
  if (count > message_.size() - at_) fail("a message's field is longer than the message");
  const Bytes taken = message_.subspan(at_, count);
  at_ += count;
  return taken;
}

std::optional<WireField> WireReader::next() {
  if (at_ == message_.size()) return std::nullopt;
  const std::uint64_t key = varint();
  WireField field{.number = key >> kTypeBits};
  switch (key & ((1 << kTypeBits) - 1)) {
    case 0:
      field.value = varint();
      break;
    case 1:
      field.type = WireField::Type::bits64;
      field.value = little_endian<std::uint64_t>(take(8));
      break;
    case 2:
      field.type = WireField::Type::bytes;
      field.bytes = take(varint());
      break;
    case 5:
      field.type = WireField::Type::bits32;
      field.value = little_endian<std::uint32_t>(take(4));
      break;
    default:
      fail("a field of unknown type in a message");
  }
  return field;
}

WireReader WireReader::inside(const WireField& field) const {
  return {field.bytes, name_, offset_ + static_cast<std::size_t>(field.bytes.data() - message_.data())};
}

}  // namespace gradclinic
