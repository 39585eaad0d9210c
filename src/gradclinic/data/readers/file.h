#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "gradclinic/data/readers/bytes.h"

namespace gradclinic {

/// A whole file in memory.
class File {
 public:
  /// Throws BadInput when `path` is missing, unreadable, or not a regular file (a pipe could block for ever).
  explicit File(const std::string& path);

  const std::string& path() const { return path_; }
  Bytes bytes() const { return {content_.get(), size_}; }
  std::string_view text() const { return {reinterpret_cast<const char*>(content_.get()), size_}; }

 private:
  std::string path_;
  std::unique_ptr<std::uint8_t[]> content_;
  std::size_t size_ = 0;
};

}  // namespace gradclinic
