#include "gradclinic/logs/tensor_message.h"

#include <vector>

#include "gradclinic/logs/event_fields.h"
#include "gradclinic/logs/little_endian.h"
#include "gradclinic/logs/small_floats.h"

namespace gradclinic {
namespace {

using Type = WireField::Type;

/// A number that a tensor's content starts with, of which it is all.
std::optional<double> content_number(Bytes content, TensorType type) {
  const auto number = [&]<class Number>(Number) -> std::optional<double> {
    if (content.size() != sizeof(Number)) return std::nullopt;
    return static_cast<double>(little_endian<Number>(content));
  };
  switch (type) {
    case TensorType::float32:
      return number(float());
    case TensorType::float64:
      return number(double());
    case TensorType::int32:
      return number(std::int32_t());
    case TensorType::int64:
      return number(std::int64_t());
    case TensorType::float16:
      if (content.size() != 2) return std::nullopt;
      return from_float16(little_endian<std::uint16_t>(content));
    case TensorType::bfloat16:
      if (content.size() != 2) return std::nullopt;
      return from_bfloat16(little_endian<std::uint16_t>(content));
  }
  return std::nullopt;
}

/// A number of a tensor's typed fields: by itself or as the only one of a packed field.
std::optional<double> field_number(const WireField& field, TensorType type) {
  const bool packed = field.type == Type::bytes;
  switch (static_cast<int>(field.number)) {
    case tensor_field::kFloat:
      if (field.type == Type::bits32) return field.as_float();
      return packed ? content_number(field.bytes, TensorType::float32) : std::nullopt;
    case tensor_field::kDouble:
      if (field.type == Type::bits64) return field.as_double();
      return packed ? content_number(field.bytes, TensorType::float64) : std::nullopt;
    case tensor_field::kInt:
    case tensor_field::kInt64:
    case tensor_field::kHalf:
      break;
    default:
      return std::nullopt;
  }
  const std::optional<std::int64_t> whole = field.only_integer();
  if (!whole || field.number != tensor_field::kHalf) return whole;
  const auto bits = static_cast<std::uint16_t>(*whole);
  return type == TensorType::bfloat16 ? from_bfloat16(bits) : from_float16(bits);
}

/// Whether a tensor's shape is that of one number: no dimension, or each of size 1.
bool is_one_number(WireReader shape) {
  while (const auto field = shape.next()) {
    if (field->number != shape_field::kDimension || field->type != Type::bytes) continue;
    std::int64_t size = 0;
    for (WireReader dimension = shape.inside(*field); const auto part = dimension.next();)
      if (part->number == shape_field::kSize) size = part->as_integer();
    if (size != 1) return false;
  }
  return true;
}

}  // namespace

std::optional<double> tensor_number(WireReader tensor) {
  auto type = TensorType::float32;
  std::vector<WireField> values;
  bool one = true;
  while (const auto field = tensor.next()) {
    if (field->number == tensor_field::kType && field->type == Type::varint)
      type = static_cast<TensorType>(field->value);
    else if (field->number == tensor_field::kShape && field->type == Type::bytes)
      one = one && is_one_number(tensor.inside(*field));
    else
      values.push_back(*field);
  }
  std::optional<double> number;
  for (const WireField& field : values) {
    const std::optional<double> found = field.number == tensor_field::kContent && field.type == Type::bytes
                                            ? content_number(field.bytes, type)
                                            : field_number(field, type);
    if (found && number) return std::nullopt;
    if (found) number = found;
  }
  return one ? number : std::nullopt;
}

}  // namespace gradclinic
