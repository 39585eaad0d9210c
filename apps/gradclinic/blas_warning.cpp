#include "gradclinic/blas_warning.h"

#include <fmt/format.h>

#include <string>

#include "gradclinic/support/machine.h"
#include "gradclinic/tensor/blas.h"

namespace gradclinic {
namespace {

/// A processor younger than OpenBLAS gets kernels for an old one.
std::string remedy() {
  const std::string core = describe_blas().core;
  if (core.empty())
    return "install libopenblas0-pthread and select it with update-alternatives --config libblas.so.3-x86_64-linux-gnu";
  return fmt::format("OpenBLAS has chosen its kernels for {}; set OPENBLAS_CORETYPE={}", core,
                     __builtin_cpu_supports("avx512f") ? "SKYLAKEX" : "HASWELL");
}

}  // namespace

void warn_of_slow_blas() {
  const BlasSpeed speed = measure_blas();
  if (!speed.is_slow()) return;
  fmt::print(stderr,
             "gradclinic: this BLAS multiplies at {:.1f} GFLOP/s where this core reaches {:.0f}: layers wider than 640 "
             "will be slow; {}\n",
             speed.blas, speed.own, remedy());
}

}  // namespace gradclinic
