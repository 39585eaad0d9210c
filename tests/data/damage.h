#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <string_view>

#include "gradclinic/data/readers/bytes.h"
#include "gradclinic/support/error.h"

namespace gradclinic {

inline Bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// What BadInput `read` throws; fails the test when it throws none.
inline std::string error_of(const std::function<void()>& read) {
  try {
    read();
  } catch (const BadInput& error) {
    return error.what();
  }
  ADD_FAILURE() << "no BadInput was thrown";
  return "";
}

/// Calls `read` with the file cut at every length and with every byte replaced in several ways: each call must return
/// or throw BadInput. The copy has exactly the file's size, so that a sanitizer sees any reading past its end.
inline void damage_everywhere(std::string_view file, const std::function<void(Bytes)>& read) {
  const auto survive = [&](const std::vector<std::uint8_t>& damaged) {
    try {
      read(damaged);
    } catch (const BadInput&) {
    }
  };
  for (std::size_t length = 0; length < file.size(); ++length) {
    const std::vector<std::uint8_t> cut(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(length));
    survive(cut);
  }
  for (std::size_t place = 0; place < file.size(); ++place) {
    std::vector<std::uint8_t> flipped(file.begin(), file.end());
    const std::uint8_t byte = flipped[place];
    for (const int mask : {0x01, 0x10, 0x80, 0xff, int(byte), byte ^ '"', byte ^ ',', byte ^ '\n'}) {
      flipped[place] = static_cast<std::uint8_t>(byte ^ mask);
      survive(flipped);
    }
  }
}

}  // namespace gradclinic
