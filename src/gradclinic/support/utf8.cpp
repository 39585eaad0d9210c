#include "gradclinic/support/utf8.h"

#include <cstddef>

namespace gradclinic {
namespace {

constexpr char32_t kReplacement = 0xFFFD;
constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};  // by the number of bytes

/// How many bytes a character has by its first one; 0 when none begins so.
std::size_t length_of(unsigned char first) {
  if (first < 0x80) return 1;
  if (first < 0xC0) return 0;
  if (first < 0xE0) return 2;
  if (first < 0xF0) return 3;
  return first < 0xF8 ? 4 : 0;
}

}  // namespace

std::u32string decode_utf8(std::string_view text) {
  std::u32string characters;
  while (!text.empty()) {
    const auto first = static_cast<unsigned char>(text[0]);
    const std::size_t length = length_of(first);
    char32_t character = length <= 1 ? first : first & (0x7F >> length);
    bool valid = length >= 1 && length <= text.size();
    for (std::size_t i = 1; valid && i < length; ++i) {
      const auto next = static_cast<unsigned char>(text[i]);
      valid = (next & 0xC0) == 0x80;
      character = character << 6 | (next & 0x3F);
    }
    valid = valid && character >= kSmallest[length] && character <= 0x10FFFF &&
            !(character >= 0xD800 && character <= 0xDFFF);
    characters += valid ? character : kReplacement;
    text.remove_prefix(valid ? length : 1);
  }
  return characters;
}

}  // namespace gradclinic
