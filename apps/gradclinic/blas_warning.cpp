#include "gradclinic/blas_warning.h"

#include <fmt/format.h>

#include "gradclinic/tensor/blas.h"

namespace gradclinic {

void warn_of_slow_blas() {
  const BlasSpeed speed = measure_blas();
  if (!speed.is_slow()) return;
  fmt::print(stderr,
             "gradclinic: this BLAS multiplies at {:.1f} GFLOP/s where this core reaches {:.0f}: layers wider than 640 "
             "will be slow; install libopenblas0-pthread and select it with update-alternatives --config "
             "libblas.so.3-x86_64-linux-gnu\n",
             speed.blas, speed.own);
}

}  // namespace gradclinic
