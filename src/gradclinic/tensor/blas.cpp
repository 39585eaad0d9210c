#include "gradclinic/tensor/blas.h"

#include <cblas.h>
#include <dlfcn.h>

#include <algorithm>
#include <chrono>

#include "gradclinic/tensor/small_product.h"
#include "gradclinic/tensor/tensor.h"

namespace gradclinic {
namespace {

template <class Product>
double gigaflops(Product product, double operations) {
  constexpr int kTries = 4;  // the first warms up
  double best = 1e9;
  for (int attempt = 0; attempt < kTries; ++attempt) {
    const auto begin = std::chrono::steady_clock::now();
    product();
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
  return operations / best * 1e-9;
}

}  // namespace

void use_one_blas_thread() {
  using SetThreads = void (*)(int);
  if (const auto set = reinterpret_cast<SetThreads>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"))) set(1);
}

bool is_for_an_older_processor(const std::string& kernels) {
  return kernels == "Prescott" && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

std::string best_kernels() { return __builtin_cpu_supports("avx512f") ? "SKYLAKEX" : "HASWELL"; }

BlasSpeed measure_blas() {
  constexpr int kSize = 256;
  constexpr double kOperations = 2.0 * kSize * kSize * kSize;
  Tensor<float> left(kSize, kSize);
  Tensor<float> right(kSize, kSize);
  Tensor<float> result(kSize, kSize);
  const auto blas = [&] {
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, kSize, kSize, kSize, 1, left.values.data(), kSize,
                right.values.data(), kSize, 0, result.values.data(), kSize);
  };
  const auto own = [&] { small_product(left.values.data(), kSize, 1, right.view(), nullptr, result.view()); };
  return {gigaflops(blas, kOperations), gigaflops(own, kOperations)};
}

}  // namespace gradclinic
