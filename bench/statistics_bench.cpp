// What the one-pass statistics cost against a plain read-only sum over the same memory, in bytes per second.
#include <benchmark/benchmark.h>

#include <numeric>

#include "gradclinic/tensor/generator.h"
#include "gradclinic/tensor/statistics.h"
#include "gradclinic/tensor/tensor.h"

namespace gradclinic {
namespace {

constexpr UnitRule kTanh{.saturated_low = -0.97F, .saturated_high = 0.97F, .can_die = false};

Tensor<float> random_tensor(const benchmark::State& state) {
  Tensor<float> tensor(state.range(0), state.range(1));
  Generator(1).normal(tensor.view().flat());
  return tensor;
}

void count_bytes(benchmark::State& state) {
  state.SetBytesProcessed(state.iterations() * state.range(0) * state.range(1) *
                          static_cast<std::int64_t>(sizeof(float)));
}

void read_only_sum(benchmark::State& state) {
  const Tensor<float> tensor = random_tensor(state);
  for (auto _ : state) {
    float sums[64] = {};
    std::size_t at = 0;
    for (; at + 64 <= tensor.values.size(); at += 64)
      for (std::size_t lane = 0; lane < 64; ++lane) sums[lane] += tensor.values[at + lane];
    for (; at < tensor.values.size(); ++at) sums[0] += tensor.values[at];
    benchmark::DoNotOptimize(std::accumulate(std::begin(sums), std::end(sums), 0.0F));
  }
  count_bytes(state);
}

void statistics(benchmark::State& state) {
  const Tensor<float> tensor = random_tensor(state);
  for (auto _ : state) benchmark::DoNotOptimize(measure(tensor.view()));
  count_bytes(state);
}

void statistics_with_units(benchmark::State& state) {
  const Tensor<float> tensor = random_tensor(state);
  for (auto _ : state) benchmark::DoNotOptimize(measure(tensor.view(), kTanh));
  count_bytes(state);
}

void statistics_of_difference(benchmark::State& state) {
  const Tensor<float> tensor = random_tensor(state);
  const Tensor<float> other(tensor.rows, tensor.columns);
  for (auto _ : state) benchmark::DoNotOptimize(measure_difference(tensor.view(), other.view()));
  count_bytes(state);
}

void statistics_of_tiny_values(benchmark::State& state) {
  Tensor<float> tensor = random_tensor(state);
  for (float& value : tensor.values) value *= 1e-25F;
  for (auto _ : state) benchmark::DoNotOptimize(measure(tensor.view()));
  count_bytes(state);
}

// Rows x columns of weights and activations at the sizes of the budget, and one that leaves the caches.
void shapes(benchmark::internal::Benchmark* benchmark) {
  for (const auto& [rows, columns] :
       {std::pair{50, 50}, {50, 100}, {50, 500}, {16, 32}, {256, 256}, {1024, 512}, {4096, 4096}})
    benchmark->Args({rows, columns});
}

BENCHMARK(read_only_sum)->Apply(shapes);
BENCHMARK(statistics)->Apply(shapes);
BENCHMARK(statistics_with_units)->Apply(shapes);
BENCHMARK(statistics_of_difference)->Apply(shapes);
BENCHMARK(statistics_of_tiny_values)->Apply(shapes);

}  // namespace
}  // namespace gradclinic

BENCHMARK_MAIN();
