#include "gradclinic/logs/safetensors.h"

#include <algorithm>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>

#include "gradclinic/logs/little_endian.h"
#include "gradclinic/logs/natural_order.h"
#include "gradclinic/support/text.h"

namespace gradclinic {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kLengthBytes = 8;
constexpr std::uint64_t kLargestSize = std::numeric_limits<Index>::max();
constexpr int kDeepestHeader = 4;  // the header's own nesting is 3

struct Type {
  NumberType type;
  std::size_t bytes;
};

/// By their names in the format; types of less than a byte are not among them.
const std::map<std::string, Type>& types() {
  static const std::map<std::string, Type> known = {
      {"F64", {NumberType::float64, 8}},   {"F32", {NumberType::float32, 4}},   {"F16", {NumberType::float16, 2}},
      {"BF16", {NumberType::bfloat16, 2}}, {"I64", {NumberType::other, 8}},     {"U64", {NumberType::other, 8}},
      {"I32", {NumberType::other, 4}},     {"U32", {NumberType::other, 4}},     {"I16", {NumberType::other, 2}},
      {"U16", {NumberType::other, 2}},     {"I8", {NumberType::other, 1}},      {"U8", {NumberType::other, 1}},
      {"BOOL", {NumberType::other, 1}},    {"F8_E4M3", {NumberType::other, 1}}, {"F8_E5M2", {NumberType::other, 1}},
      {"C64", {NumberType::other, 8}}};
  return known;
}

/// A header of bytes that nest deeper than any header does is refused before it is parsed.
Json parse_header(std::string_view text, const std::string& name) {
  bool too_deep = false;
  const Json::parser_callback_t watch = [&too_deep](int depth, Json::parse_event_t, Json&) {
    too_deep |= depth > kDeepestHeader;
    return !too_deep;
  };
  Json header;
  try {
    header = Json::parse(text, watch);
  } catch (const Json::exception& error) {
    reject_file(name, kLengthBytes, "damaged: the safetensors header is no JSON", excerpt(error.what(), 100));
  }
  if (too_deep || !header.is_object())
    reject_file(name, kLengthBytes, "damaged: the safetensors header is no table of tensors");
  return header;
}

/// Whole numbers of 0 or more; nothing when the entry is anything else.
std::optional<std::vector<std::uint64_t>> numbers(const Json& entry, const char* key) {
  const auto found = entry.find(key);
  if (found == entry.end() || !found->is_array()) return std::nullopt;
  std::vector<std::uint64_t> list;
  for (const Json& item : *found) {
    if (!item.is_number_unsigned()) return std::nullopt;
    list.push_back(item.get<std::uint64_t>());
  }
  return list;
}

struct Placed {
  StoredTensor tensor;
  std::size_t begin, end;
};

Placed read_entry(const std::string& tensor_name, const Json& entry, Bytes data, const std::string& name) {
  const auto fail = [&](const std::string& what) {
    reject_file(name, kLengthBytes, "damaged: " + what + " in the safetensors header", excerpt(tensor_name));
  };
  if (!entry.is_object()) fail("an entry that is no table");
  const auto type = entry.find("dtype");
  if (type == entry.end() || !type->is_string()) fail("a tensor without a type");
  const auto known = types().find(type->get<std::string>());
  if (known == types().end())
    reject_file(name, kLengthBytes, "a tensor of a type that is not known", excerpt(type->get<std::string>()));
  const auto shape = numbers(entry, "shape"), offsets = numbers(entry, "data_offsets");
  if (!shape) fail("a tensor without a shape");
  if (!offsets || offsets->size() != 2) fail("a tensor without its two offsets");
  const std::uint64_t begin = offsets->front(), end = offsets->back();
  if (begin > end || end > data.size()) fail("a tensor that goes beyond the end of the file");
  std::uint64_t bytes = known->second.bytes;
  for (const std::uint64_t size : *shape)
    if (size > kLargestSize || __builtin_mul_overflow(bytes, size, &bytes))
      fail("a shape that promises more bytes than a file can hold");
  if (bytes != end - begin) fail("a tensor whose size is not that of its shape");

  StoredTensor tensor{.name = tensor_name, .type = known->second.type};
  tensor.shape.assign(shape->begin(), shape->end());
  if (tensor.type != NumberType::other) tensor.raw = data.subspan(begin, bytes);
  return {std::move(tensor), begin, end};
}

}  // namespace

bool is_safetensors(Bytes file) {
  if (file.size() <= kLengthBytes || file[kLengthBytes] != '{') return false;
  return little_endian<std::uint64_t>(file) <= file.size() - kLengthBytes;
}

std::vector<StoredTensor> read_safetensors(Bytes file, const std::string& name) {
  if (file.size() < kLengthBytes) reject_file(name, file.size(), "ends within the length of a safetensors header");
  const auto length = little_endian<std::uint64_t>(file);
  if (length > file.size() - kLengthBytes)
    reject_file(name, 0, "a safetensors header longer than the file", std::to_string(length),
                "the file is truncated or damaged");
  const Json header = parse_header(text_of(file.subspan(kLengthBytes, length)), name);
  const std::size_t start = kLengthBytes + length;

  std::vector<Placed> placed;
  for (const auto& [tensor_name, entry] : header.items())
    if (tensor_name != "__metadata__") placed.push_back(read_entry(tensor_name, entry, file.subspan(start), name));
  std::ranges::sort(placed, {}, [](const Placed& one) { return std::pair(one.begin, one.end); });
  std::size_t at = 0;
  for (const Placed& one : placed) {
    if (one.begin != at)
      reject_file(name, start + at, "damaged: safetensors that overlap or leave a gap", excerpt(one.tensor.name));
    at = one.end;
  }
  if (start + at != file.size()) reject_file(name, start + at, "holds bytes after the last tensor");

  std::vector<StoredTensor> tensors;
  for (Placed& one : placed) tensors.push_back(std::move(one.tensor));
  std::ranges::sort(tensors, natural_less, &StoredTensor::name);
  return tensors;
}

}  // namespace gradclinic
