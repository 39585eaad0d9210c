#include "gradclinic/blas_kernels.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "gradclinic/support/machine.h"
#include "gradclinic/tensor/blas.h"

namespace gradclinic {
namespace {

constexpr const char* kVariable = "OPENBLAS_CORETYPE";

std::string remedy() {
  const std::string core = describe_blas().core;
  if (core.empty())
    return "install libopenblas0-pthread and select it with update-alternatives --config libblas.so.3-x86_64-linux-gnu";
  return fmt::format("OpenBLAS runs its kernels for {}; set {}={}", core, kVariable, best_kernels());
}

}  // namespace

void go_on_with_fitting_blas(char** argv) {
  if (std::getenv(kVariable) || !is_for_an_older_processor(describe_blas().core)) return;
  setenv(kVariable, best_kernels().c_str(), 1);
  execv("/proc/self/exe", argv);  // returns only if it cannot: then on with what there is
}

void warn_of_slow_blas() {
  const BlasSpeed speed = measure_blas();
  if (!speed.is_slow()) return;
  fmt::print(stderr,
             "gradclinic: this BLAS multiplies at {:.1f} GFLOP/s where this core reaches {:.0f}: layers wider than 640 "
             "will be slow; {}\n",
             speed.blas, speed.own, remedy());
}

}  // namespace gradclinic
