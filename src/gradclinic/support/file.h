#pragma once

#include <string>
#include <string_view>

namespace gradclinic {

/// Writes a file whole or not at all: another name first, then renamed, so that a reader, a full disk or a kill never
/// meets half a file. Makes missing folders; a link is followed; a device or pipe is written to as it is. Throws
/// StoreError naming the file and the reason.
void write_file(const std::string& path, std::string_view contents);

/// Text as a file name: letters, digits and "._-" stay, any other byte becomes %XX; never empty, "." or "..".
/// Different texts have different names.
std::string file_name_of(std::string_view text);

}  // namespace gradclinic
