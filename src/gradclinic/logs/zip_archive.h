#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gradclinic/data/readers/bytes.h"

namespace gradclinic {

/// A file in a zip archive.
struct ZipMember {
  std::string name;
  std::size_t offset = 0;  ///< of its bytes in the archive
  std::size_t packed_bytes = 0;
  std::size_t bytes = 0;
  bool deflated = false;
  std::uint32_t crc = 0;
};

/// Whether the file starts as a zip archive that holds something.
bool is_zip(Bytes file);

/// The directory of an archive (PKWARE APPNOTE 6.3): stored and deflated members, without encryption. Archives above
/// 4 GiB ("zip64") are read as far as their directory needs no 64-bit fields. Damage, and what is not read, throw
/// BadInput naming `name` and the offset.
std::vector<ZipMember> read_zip_directory(Bytes file, const std::string& name);

/// A member's content, its checksum verified; allocates at most what its packed bytes can hold. Throws BadInput
/// likewise.
std::vector<std::uint8_t> unpack(Bytes file, const ZipMember& member, const std::string& name);

}  // namespace gradclinic
