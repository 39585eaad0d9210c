#include <cblas.h>
#include <fmt/format.h>

#include <algorithm>

#include "clocks.h"
#include "gradclinic/support/machine.h"
#include "gradclinic/tensor/generator.h"
#include "gradclinic/tensor/tensor.h"
#include "measurements.h"
#include "peak.h"

namespace gradclinic {
namespace {

/// GFLOP/s of one core, 1024 x 1024 x 1024, by processor time, best of a few.
double measure_large_product() {
  constexpr int kSize = 1024;
  constexpr int kTries = 4;  // the first warms up
  Tensor<float> left(kSize, kSize);
  Generator(1).normal(left.values);
  const Tensor<float> right = left;
  Tensor<float> result(kSize, kSize);
  double best = 1e9;
  for (int attempt = 0; attempt < kTries; ++attempt) {
    const double begin = Moment::now().cpu;
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, kSize, kSize, kSize, 1, left.values.data(), kSize,
                right.values.data(), kSize, 0, result.values.data(), kSize);
    best = std::min(best, Moment::now().cpu - begin);
  }
  return 2e-9 * kSize * kSize * kSize / best;
}

}  // namespace

std::string measure_facts() {
  const BlasFacts blas = describe_blas();
  return fmt::format(
      R"({{"peak": {:.1f}, "blas": {:.1f}, "blas_core": "{}", "blas_config": "{}", "instruction_set": "{}"}})",
      measure_peak(), measure_large_product(), blas.core, blas.config, describe_machine().at("instruction set"));
}

}  // namespace gradclinic
