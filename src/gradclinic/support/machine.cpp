#include "gradclinic/support/machine.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string_view>

namespace gradclinic {
namespace {

/// The value of the first line "key<separator>value"; white space and quotes around both are dropped.
std::string value_in(const char* path, std::string_view key, char separator) {
  std::ifstream file(path);
  constexpr const char* kAround = " \t\"";
  for (std::string line; std::getline(file, line);) {
    const std::size_t place = line.find(separator);
    if (place == std::string::npos || line.compare(0, line.find_last_not_of(kAround, place - 1) + 1, key) != 0)
      continue;
    const std::size_t begin = line.find_first_not_of(kAround, place + 1);
    if (begin == std::string::npos) break;
    return line.substr(begin, line.find_last_not_of(kAround) + 1 - begin);
  }
  return "unknown";
}

std::string memory() {
  const double bytes = static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGE_SIZE));
  return bytes > 0 ? fmt::format("{:.1f} GiB", bytes / (1 << 30)) : "unknown";
}

std::string kernel() {
  utsname names{};
  return uname(&names) == 0 ? fmt::format("{} {} {}", names.sysname, names.release, names.machine) : "unknown";
}

std::string compiler() {
#if defined(__clang__)
  return "clang " __clang_version__;
#elif defined(__GNUC__)
  return "gcc " __VERSION__;
#else
  return "unknown";
#endif
}

std::string instruction_set() {
#if defined(__AVX512F__)
  return "AVX-512";
#elif defined(__AVX2__)
  return "AVX2";
#elif defined(__AVX__)
  return "AVX";
#elif defined(__SSE2__)
  return "SSE2";
#elif defined(__ARM_FEATURE_SVE)
  return "SVE";
#elif defined(__ARM_NEON)
  return "NEON";
#else
  return "scalar";
#endif
}

/// A function of the BLAS that the process loaded, or null.
template <class Function>
Function* find_function(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_DEFAULT, name));
}

std::string text_of(const char* function_name) {
  auto* const function = find_function<char*()>(function_name);
  const char* const text = function ? function() : nullptr;
  return text ? text : "";
}

}  // namespace

int usable_cores() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max(1, CPU_COUNT(&set));
  return std::max(1, static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN)));
}

std::map<std::string, std::string> describe_machine() {
  return {{"cpu", value_in("/proc/cpuinfo", "model name", ':')},
          {"cores", std::to_string(usable_cores())},
          {"memory", memory()},
          {"os", value_in("/etc/os-release", "PRETTY_NAME", '=')},
          {"kernel", kernel()},
          {"compiler", compiler()},
          {"instruction set", instruction_set()}};
}

BlasFacts describe_blas() {
  BlasFacts facts{.config = text_of("openblas_get_config"), .core = text_of("openblas_get_corename")};
  if (auto* const threads = find_function<int()>("openblas_get_num_threads")) facts.threads = threads();
  return facts;
}

}  // namespace gradclinic
