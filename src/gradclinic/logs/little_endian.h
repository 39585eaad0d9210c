#pragma once

#include <bit>
#include <cstring>
#include <string>
#include <string_view>

#include "gradclinic/data/readers/bytes.h"

namespace gradclinic {

static_assert(std::endian::native == std::endian::little, "numbers are copied as they lie in memory");

inline std::string_view text_of(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

/// The number that `bytes` start with, which have room for it.
template <class Number>
Number little_endian(Bytes bytes) {
  Number number;
  std::memcpy(&number, bytes.data(), sizeof number);
  return number;
}

template <class Number>
void append_little_endian(std::string& to, Number number) {
  char bytes[sizeof number];
  std::memcpy(bytes, &number, sizeof number);
  to.append(bytes, sizeof number);
}

}  // namespace gradclinic
