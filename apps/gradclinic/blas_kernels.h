#pragma once

namespace gradclinic {

/// Where OpenBLAS is older than this processor and has chosen kernels for an old one, starts this program again with
/// the ones that fit (OPENBLAS_CORETYPE): they are several times as fast. Otherwise, and where that variable is set,
/// returns. Call it before anything else.
void go_on_with_fitting_blas(char** argv);

/// Measures the BLAS (a few milliseconds) and says so on standard error when it is a slow one, with the figure and the
/// remedy. For commands that train.
void warn_of_slow_blas();

}  // namespace gradclinic
