#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gradclinic/data/readers/bytes.h"

namespace gradclinic {

// Protocol buffers' wire format: a message is fields, each a key (field number and wire type) and a value.

/// A message in the making.
class WireWriter {
 public:
  void put_integer(int field, std::int64_t value);
  void put_double(int field, double value);
  void put_float(int field, float value);
  /// Text, bytes, or a message within this one.
  void put_bytes(int field, std::string_view bytes);
  /// Numbers one after the other in one field ("packed").
  void put_doubles(int field, const double* values, std::size_t count);

  const std::string& message() const { return message_; }

 private:
  void put_varint(std::uint64_t value);
  void put_key(int field, int type);

  std::string message_;
};

/// A field as it stands in a message.
struct WireField {
  enum class Type { varint = 0, bits64 = 1, bytes = 2, bits32 = 5 };
  std::uint64_t number = 0;
  Type type = Type::varint;
  std::uint64_t value = 0;  ///< of a varint, and the bits of a 64 or 32 bit number
  Bytes bytes;

  std::int64_t as_integer() const { return static_cast<std::int64_t>(value); }
  double as_double() const;
  float as_float() const;
  /// Of a varint, or of a packed field of one varint; nothing for any other field.
  std::optional<std::int64_t> only_integer() const;
};

/// Reads the fields of a message in memory, in their order.
class WireReader {
 public:
  /// `message` must outlive the reader; it starts at `offset` of the file `name`, for errors.
  WireReader(Bytes message, std::string name, std::size_t offset)
      : message_(message), name_(std::move(name)), offset_(offset) {}

  /// The next field, nothing at the end. What is no field throws BadInput naming the file and the offset.
  std::optional<WireField> next();
  /// A reader of the message that `field`, one of this reader's, holds.
  WireReader inside(const WireField& field) const;

 private:
  [[noreturn]] void fail(const std::string& what) const;
  std::uint64_t varint();
  Bytes take(std::uint64_t count);

  Bytes message_;
  std::string name_;
  std::size_t offset_;
  std::size_t at_ = 0;
};

}  // namespace gradclinic
