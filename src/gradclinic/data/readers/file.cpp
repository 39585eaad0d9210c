#include "gradclinic/data/readers/file.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "gradclinic/support/error.h"

namespace gradclinic {

File::File(const std::string& path) : path_(path) {
  std::error_code failure;
  const auto status = std::filesystem::status(path, failure);
  if (!std::filesystem::exists(status)) throw BadInput(path, "no such file");
  if (!std::filesystem::is_regular_file(status)) throw BadInput(path, "not a regular file");
  const auto size = std::filesystem::file_size(path, failure);
  std::ifstream stream(path, std::ios::binary);
  if (failure || !stream) throw BadInput(path, "cannot be opened", std::strerror(errno));
  content_ = std::make_unique_for_overwrite<std::uint8_t[]>(size);
  stream.read(reinterpret_cast<char*>(content_.get()), static_cast<std::streamsize>(size));
  size_ = static_cast<std::size_t>(stream.gcount());
  if (size_ != size) reject_file(path, size_, "cannot be read to its end");
}

}  // namespace gradclinic
