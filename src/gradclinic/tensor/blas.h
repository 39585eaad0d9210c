#pragma once

namespace gradclinic {

/// Turns off OpenBLAS's own threads: runs go side by side, one to a core, and its threads would fight over them.
/// Does nothing with another BLAS. Call it before the first product.
void use_one_blas_thread();

/// How fast the BLAS in this process multiplies, beside our own kernels on the same product.
struct BlasSpeed {
  double blas = 0;  ///< GFLOP/s, single precision, 256 x 256 x 256, best of a few
  double own = 0;
  /// Debian's reference BLAS is 10 to 20 times slower than OpenBLAS; a third of our own speed tells it from any tuned
  /// one.
  bool is_slow() const { return blas < own / 3; }
};

/// Takes a few milliseconds.
BlasSpeed measure_blas();

}  // namespace gradclinic
