#pragma once

#include <string>

namespace gradclinic {

/// Turns off OpenBLAS's own threads: runs go side by side, one to a core, and its threads would fight over them.
/// Does nothing with another BLAS. Call it before the first product.
void use_one_blas_thread();

/// Whether kernels that OpenBLAS chose ("Prescott", see describe_blas()) are those that it falls back to on processors
/// it does not know, while this one, with AVX2, can do more. OpenBLAS 0.3.21 does so on Intel's of 2023 and later: 17
/// GFLOP/s measured on an Emerald Rapids core where its AVX-512 kernels reach 95.
bool is_for_an_older_processor(const std::string& kernels);

/// OpenBLAS's name for the kernels that make the most of this processor, for the variable OPENBLAS_CORETYPE.
std::string best_kernels();

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
