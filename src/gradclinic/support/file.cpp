#include "gradclinic/support/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "gradclinic/support/error.h"

namespace gradclinic {
namespace {

[[noreturn]] void fail(const std::string& path, int error) {
  const bool full = error == ENOSPC || error == EDQUOT || error == EFBIG;
  throw StoreError(path, fmt::format("this file cannot be written: {}", std::strerror(error)), "",
                   full ? "free some space or choose another folder" : "check the path and that you may write there");
}

/// A name beside the file that no other thread or process takes.
std::string temporary_name(const std::string& path) {
  static std::atomic<unsigned> count{0};
  return fmt::format("{}.{}-{}.part", path, ::getpid(), count++);
}

/// Opens, writes and closes; waits until the disk has it, where there is one. 0 or the error.
int write_all(const std::string& path, int flags, std::string_view contents) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | flags, 0666);
  if (file < 0) return errno;
  int error = 0;
  while (!contents.empty() && error == 0) {
    const ssize_t written = ::write(file, contents.data(), contents.size());
    if (written >= 0)
      contents.remove_prefix(static_cast<std::size_t>(written));
    else if (errno != EINTR)
      error = errno;
  }
  if (error == 0 && ::fsync(file) != 0 && errno != EINVAL) error = errno;
  if (::close(file) != 0 && error == 0) error = errno;
  return error;
}

}  // namespace

void write_file(const std::string& path, std::string_view contents) {
  namespace fs = std::filesystem;
  std::error_code failed;
  const fs::file_status status = fs::status(path, failed);
  if (fs::exists(status) && !fs::is_regular_file(status)) {
    if (const int error = write_all(path, 0, contents)) fail(path, error);
    return;
  }
  const std::string target = fs::is_regular_file(status) ? fs::canonical(path, failed).string() : path;
  const fs::path folder = fs::path(target).parent_path();
  failed.clear();
  if (!folder.empty()) fs::create_directories(folder, failed);
  if (failed) fail(path, failed.value());
  const std::string temporary = temporary_name(target);
  int error = write_all(temporary, O_CREAT | O_EXCL, contents);
  if (error == 0 && std::rename(temporary.c_str(), target.c_str()) != 0) error = errno;
  if (error == 0) return;
  ::unlink(temporary.c_str());
  fail(path, error);
}

std::string file_name_of(std::string_view text) {
  if (text.empty()) return "%";
  std::string name;
  for (const char letter : text) {
    const bool plain = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                       (letter >= '0' && letter <= '9') || letter == '_' || letter == '-' ||
                       (letter == '.' && !name.empty());
    name += plain ? std::string(1, letter) : fmt::format("%{:02X}", static_cast<unsigned char>(letter));
  }
  return name;
}

}  // namespace gradclinic
