#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <span>
#include <vector>

namespace gradclinic {

/// Random numbers exactly as PyTorch's CPU generator draws them (mt19937; ATen/core/TransformationHelper.h,
/// ATen/native/cpu/DistributionTemplates.h of PyTorch 1.13), so that a seed gives the same data and weights here and
/// there. Spans are filled in memory order. Not thread safe: every run owns its generator.
class Generator {
 public:
  /// As torch.manual_seed(seed).
  explicit Generator(std::uint64_t seed);

  /// One draw of 32 bits.
  std::uint32_t random();
  /// One draw of 64 bits (two of 32, the first is the high half).
  std::uint64_t random64();

  /// tensor.uniform_(low, high).
  void uniform(std::span<float> out, float low, float high);
  void uniform(std::span<double> out, double low, double high);
  /// tensor.normal_(mean, deviation); torch.randn(n) with the defaults.
  void normal(std::span<float> out, float mean = 0, float deviation = 1);
  void normal(std::span<double> out, double mean = 0, double deviation = 1);
  /// tensor.bernoulli_(probability): each entry 1 with that probability, else 0.
  template <class T>
  void bernoulli(std::span<T> out, double probability) {
    for (T& value : out) value = uniform_double() < probability ? T(1) : T(0);
  }
  /// torch.randperm(n), for n below 2^32 - 1.
  std::vector<std::int64_t> permutation(std::int64_t n);
  /// The same into memory that is already there; allocates nothing.
  void permutation(std::span<std::int64_t> out);

 private:
  double uniform_double();
  double normal_double();

  std::mt19937 engine_;
  std::optional<double> next_normal_;  // torch keeps the second Box-Muller value for the next scalar draw
};

}  // namespace gradclinic
