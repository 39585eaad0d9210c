#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace gradclinic {

/// A file's content in memory, in somebody else's hands.
using Bytes = std::span<const std::uint8_t>;

/// Throws the BadInput of a file that is not what it says: "[name, byte offset] what (got `got`); advice".
[[noreturn]] void reject_file(const std::string& name, std::size_t offset, const std::string& what,
                              const std::string& got = "", const std::string& advice = "");

}  // namespace gradclinic
