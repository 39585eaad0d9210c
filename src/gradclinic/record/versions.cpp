#include "gradclinic/record/versions.h"

#include <fmt/format.h>
#include <sqlite3.h>
#include <zlib.h>

#include <Eigen/Core>

#include "gradclinic/record/record.h"
#include "gradclinic/support/machine.h"

namespace gradclinic {
namespace {

/// "OpenBLAS 0.3.21, Haswell kernels, 1 thread".
std::string blas() {
  const BlasFacts facts = describe_blas();
  if (facts.config.empty()) return "not OpenBLAS";
  const std::size_t end_of_version = facts.config.find(' ', facts.config.find(' ') + 1);
  return fmt::format("{}, {} kernels, {} thread{}", facts.config.substr(0, end_of_version), facts.core, facts.threads,
                     facts.threads == 1 ? "" : "s");
}

}  // namespace

std::map<std::string, std::string> describe_versions() {
  return {{"gradclinic", GRADCLINIC_VERSION},
          {"record", std::to_string(kRecordVersion)},
          {"eigen", fmt::format("{}.{}.{}", EIGEN_WORLD_VERSION, EIGEN_MAJOR_VERSION, EIGEN_MINOR_VERSION)},
          {"blas", blas()},
          {"sqlite", sqlite3_libversion()},
          {"zlib", zlibVersion()}};
}

}  // namespace gradclinic
