// SimpleChains.jl's small example: https://julialang.org/blog/2022/04/simple-chains/

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <complex>
#include <ctime>
#include <memory>
#include <thread>
#include <vector>

#include "clocks.h"
#include "gradclinic/net/chain.h"
#include "gradclinic/net/initializer.h"
#include "gradclinic/net/layers/layers.h"
#include "gradclinic/net/loss.h"
#include "gradclinic/net/optimizer.h"
#include "measurements.h"

namespace gradclinic {
namespace {

constexpr Index kSamples = 10'000;
constexpr Index kWidths[] = {4, 32, 16, 4};
constexpr Index kChunk = 240;  // samples at a time: their activations and gradients stay in the core's own caches

/// exp(A) for A = [[a, b], [c, d]]: with m = (a + d) / 2 and s^2 = ((a - d) / 2)^2 + b c,
/// e^m (cosh(s) I + sinh(s) / s (A - m I)).
void exponential(const float matrix[4], float result[4]) {
  const double a = matrix[0], b = matrix[1], c = matrix[2], d = matrix[3];
  const double middle = (a + d) / 2;
  const std::complex<double> s = std::sqrt(std::complex<double>((a - d) * (a - d) / 4 + b * c));
  const double even = std::cosh(s).real();
  const double odd = std::abs(s) < 1e-8 ? 1 : (std::sinh(s) / s).real();
  const double scale = std::exp(middle);
  result[0] = static_cast<float>(scale * (even + odd * (a - middle)));
  result[1] = static_cast<float>(scale * odd * b);
  result[2] = static_cast<float>(scale * odd * c);
  result[3] = static_cast<float>(scale * (even + odd * (d - middle)));
}

/// Samples of one chunk, features x batch.
struct Chunk {
  Tensor<float> inputs;
  Tensor<float> targets;
};

Chunk make_chunk(const Tensor<float>& matrices, Index first, Index size) {
  Chunk chunk{Tensor<float>(4, size), Tensor<float>(4, size)};
  for (Index i = 0; i < size; ++i) {
    const float* matrix = matrices.view().row(first + i);
    float result[4];
    exponential(matrix, result);
    for (Index feature = 0; feature < 4; ++feature) {
      chunk.inputs.view()(feature, i) = matrix[feature];
      chunk.targets.view()(feature, i) = result[feature];
    }
  }
  return chunk;
}

Chain<float> make_chain() {
  std::vector<std::unique_ptr<Layer<float>>> layers;
  for (int layer = 1; layer <= 3; ++layer) {
    layers.push_back(linear<float>(kWidths[layer - 1], kWidths[layer], layer, layer == 3));
    if (layer < 3) layers.push_back(activate<float>(find_activation("tanh"), layer));
  }
  return Chain<float>(std::move(layers));
}

Index parameter_count() {
  Index count = 0;
  for (int layer = 1; layer <= 3; ++layer) count += kWidths[layer] * (kWidths[layer - 1] + 1);
  return count;
}

/// One thread's part: its samples, its copy of the layers' buffers, its sum of gradients. Weights are shared.
class Part {
 public:
  Part(Buffer<float>& values, const Tensor<float>& matrices, Index first, Index last)
      : chain_(make_chain()), output_gradient_(4, kChunk), gradients_(values.size()), sum_(values.size()) {
    for (; first < last; first += kChunk)
      chunks_.push_back(make_chunk(matrices, first, std::min(kChunk, last - first)));
    chain_.reserve(4, kChunk);
    Index offset = 0;
    for (Layer<float>* layer : chain_.layers()) {
      std::vector<Parameter<float>> own;
      for (const auto& shape : layer->parameter_shapes()) {
        own.push_back({shape.name,
                       {values.data() + offset, shape.rows, shape.columns},
                       {gradients_.data() + offset, shape.rows, shape.columns},
                       layer->layer()});
        offset += shape.rows * shape.columns;
      }
      if (!own.empty()) layer->bind(own);
    }
  }

  /// Forward and backward over its samples; leaves their share of the loss and of the gradient.
  void pass() {
    loss_ = 0;
    std::ranges::fill(sum_, 0.0F);
    for (const Chunk& chunk : chunks_) {
      const View<const float> inputs = chunk.inputs.view();
      const float share = static_cast<float>(inputs.columns) / static_cast<float>(kSamples);
      const View<float> gradient = output_gradient_.first_columns(inputs.columns);
      loss_ += share * mse_.evaluate(chain_.forward(inputs, {}), chunk.targets.view(), gradient);
      chain_.backward(inputs, gradient, {}, {});
      for (std::size_t i = 0; i < sum_.size(); ++i) sum_[i] += share * gradients_[i];
    }
  }

  double loss() const { return loss_; }
  const Buffer<float>& sum() const { return sum_; }

 private:
  const Loss& mse_ = find_loss("mse");
  Chain<float> chain_;
  std::vector<Chunk> chunks_;
  Tensor<float> output_gradient_;
  Buffer<float> gradients_;  // of the chunk at hand
  Buffer<float> sum_;
  double loss_ = 0;
};

/// Weights and biases as torch.nn.Linear draws them, layer by layer.
void initialize(Buffer<float>& values, Generator& generator) {
  float* to = values.data();
  for (int layer = 1; layer <= 3; ++layer) {
    const Index inputs = kWidths[layer - 1], outputs = kWidths[layer];
    find_initializer("torch").fill({to, outputs, inputs}, outputs, {}, generator);
    const float bound = static_cast<float>(1 / std::sqrt(static_cast<double>(inputs)));
    generator.uniform({to + outputs * inputs, static_cast<std::size_t>(outputs)}, -bound, bound);
    to += outputs * (inputs + 1);
  }
}

/// Adam on the sum of the parts' gradients, in the order of the parts.
class Update {
 public:
  explicit Update(Buffer<float>& values)
      : values_(values), gradients_(values.size()), first_(values.size()), second_(values.size()) {}

  void step(const std::vector<std::unique_ptr<Part>>& parts) {
    loss_ = 0;
    std::ranges::fill(gradients_, 0.0F);
    for (const auto& part : parts) {
      loss_ += part->loss();
      for (std::size_t i = 0; i < gradients_.size(); ++i) gradients_[i] += part->sum()[i];
    }
    adam_.update({.lr = 1e-3, .step = ++steps_}, values_, gradients_, first_, second_);
  }
  double loss() const { return loss_; }

 private:
  const Optimizer& adam_ = find_optimizer("adam");
  Buffer<float>& values_;
  Buffer<float> gradients_;
  Buffer<float> first_;
  Buffer<float> second_;
  std::int64_t steps_ = 0;
  double loss_ = 0;
};

/// Keeps the calling thread on one of the processors it may use while it lives. A run takes some 20 ms, in which a
/// scheduler may well leave two threads on one core.
class Pinned {
 public:
  explicit Pinned(Index number) {
    sched_getaffinity(0, sizeof allowed_, &allowed_);
    cpu_set_t one;
    CPU_ZERO(&one);
    for (int cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&one) == 0; ++cpu)
      if (CPU_ISSET(cpu, &allowed_) && number-- == 0) CPU_SET(cpu, &one);
    if (CPU_COUNT(&one) > 0) sched_setaffinity(0, sizeof one, &one);
  }
  ~Pinned() { sched_setaffinity(0, sizeof allowed_, &allowed_); }
  Pinned(const Pinned&) = delete;
  Pinned& operator=(const Pinned&) = delete;

 private:
  cpu_set_t allowed_;
};

/// Where threads meet some thousand times a second. Spins, and yields only where others hold the cores for long.
class Meeting {
 public:
  explicit Meeting(Index threads) : threads_(threads) {}
  void wait() {
    const int meeting = meeting_.load();
    if (arrived_.fetch_add(1) + 1 == threads_) {
      arrived_ = 0;
      ++meeting_;
      return;
    }
    constexpr int kPatience = 100'000;
    for (int spins = 0; meeting_.load() == meeting; ++spins)
      if (spins > kPatience) std::this_thread::yield();
  }

 private:
  const Index threads_;
  std::atomic<Index> arrived_ = 0;
  std::atomic<int> meeting_ = 0;
};

}  // namespace

std::string measure_matrix_exponential(Index threads, Index warm, Index epochs) {
  Generator generator(42);
  Tensor<float> matrices(kSamples, 4);
  generator.normal(matrices.values);
  Buffer<float> values(static_cast<std::size_t>(parameter_count()));
  initialize(values, generator);
  std::vector<std::unique_ptr<Part>> parts;
  for (Index thread = 0; thread < threads; ++thread)
    parts.push_back(
        std::make_unique<Part>(values, matrices, kSamples * thread / threads, kSamples * (thread + 1) / threads));
  Update update(values);
  Meeting passed(threads);
  Meeting updated(threads);
  Moment begin;
  std::clock_t begin_of_all = 0;
  const auto work = [&](Index thread) {
    const Pinned pinned(thread);
    for (Index epoch = 0; epoch < warm + epochs; ++epoch) {
      if (thread == 0 && epoch == warm) {
        begin = Moment::now();
        begin_of_all = std::clock();
      }
      parts[thread]->pass();
      passed.wait();
      if (thread == 0) update.step(parts);
      updated.wait();
    }
  };
  std::vector<std::jthread> others;
  for (Index thread = 1; thread < threads; ++thread) others.emplace_back(work, thread);
  work(0);
  const double share = 1e6 / static_cast<double>(epochs);
  const double wall = (Moment::now() - begin).wall * share;
  const double cpu = static_cast<double>(std::clock() - begin_of_all) / CLOCKS_PER_SEC * share;
  return fmt::format(R"({{"wall": {:.5g}, "cpu": {:.5g}, "loss": {:.9g}}})", wall, cpu, update.loss());
}

}  // namespace gradclinic
