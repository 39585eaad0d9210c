#pragma once

#include <string>
#include <string_view>

namespace gradclinic {

/// A zip archive in the making (PKWARE APPNOTE 6.3, deflate, names in UTF-8, dated 1980 so that equal contents give
/// equal archives). Throws StoreError at add() when a file or the archive reaches 4 GiB, or there are 65,535 files.
class ZipWriter {
 public:
  void add(const std::string& name, std::string_view contents);
  /// The whole archive; nothing can be added after it.
  std::string finish();

 private:
  std::string archive_;
  std::string directory_;
  std::size_t files_ = 0;
};

}  // namespace gradclinic
