#include "gradclinic/support/npz.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "gradclinic/support/file.h"
#include "gradclinic/support/utf8.h"

namespace gradclinic {
namespace {

static_assert(std::endian::native == std::endian::little, "arrays are written little-endian");

/// Magic, version, the length of what follows, and the description padded so that data starts at a multiple of 64.
std::string npy_header(const std::string& type, const std::string& shape) {
  std::string description = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': {}, }}", type, shape);
  constexpr std::size_t kFixed = 10;  // magic, version, 16-bit length
  description.append(63 - (kFixed + description.size()) % 64, ' ');
  description += '\n';
  std::string header("\x93NUMPY\x01\x00", 8);
  header += static_cast<char>(description.size() & 0xFF);
  header += static_cast<char>(description.size() >> 8);
  return header + description;
}

template <class Value>
std::string_view bytes_of(std::span<const Value> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}

}  // namespace

void NpzWriter::add(const std::string& name, std::span<const std::int64_t> values) {
  add_array(name, "<i8", fmt::format("({},)", values.size()), bytes_of(values));
}

void NpzWriter::add(const std::string& name, std::span<const float> values, std::size_t rows, std::size_t columns) {
  add_array(name, "<f4", fmt::format("({}, {})", rows, columns), bytes_of(values));
}

void NpzWriter::add(const std::string& name, const std::vector<std::string>& texts) {
  add_texts(name, texts, fmt::format("({},)", texts.size()));
}

void NpzWriter::add(const std::string& name, const std::string& text) { add_texts(name, {&text, 1}, "()"); }

void NpzWriter::add_texts(const std::string& name, std::span<const std::string> texts, const std::string& shape) {
  std::vector<std::u32string> characters;
  std::size_t longest = 1;
  for (const std::string& text : texts) {
    characters.push_back(decode_utf8(text));
    longest = std::max(longest, characters.back().size());
  }
  std::string data;
  for (std::u32string& text : characters) {
    text.resize(longest, U'\0');
    data += bytes_of(std::span<const char32_t>(text));
  }
  add_array(name, fmt::format("<U{}", longest), shape, data);
}

void NpzWriter::add_array(const std::string& name, const std::string& type, const std::string& shape,
                          std::string_view data) {
  zip_.add(name + ".npy", npy_header(type, shape) + std::string(data));
}

void NpzWriter::write(const std::string& path) { write_file(path, zip_.finish()); }

}  // namespace gradclinic
