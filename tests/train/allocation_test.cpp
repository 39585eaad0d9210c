// A training step allocates nothing: every allocation of this test program is counted, those of C libraries included.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>

#include "gradclinic/spec/toml.h"
#include "gradclinic/train/train.h"

namespace {
std::atomic<long> allocations{0};
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
// The sanitizers' own hooks; GCC links them but ships no header for them.
extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*)(const volatile void*, std::size_t),
                                                         void (*)(const volatile void*));

namespace {
void count(const volatile void*, std::size_t) { ++allocations; }
void ignore(const volatile void*) {}
const int installed = __sanitizer_install_malloc_and_free_hooks(count, ignore);
}  // namespace
#else
// glibc lets a program put functions of its own before malloc's; operator new comes through them too.
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

void* malloc(std::size_t size) {
  ++allocations;
  return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
  ++allocations;
  return __libc_calloc(count, size);
}
void* realloc(void* memory, std::size_t size) {
  ++allocations;
  return __libc_realloc(memory, size);
}
void* memalign(std::size_t alignment, std::size_t size) {
  ++allocations;
  return __libc_memalign(alignment, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
  ++allocations;
  return __libc_memalign(alignment, size);
}
int posix_memalign(void** memory, std::size_t alignment, std::size_t size) {
  ++allocations;
  *memory = __libc_memalign(alignment, size);
  return *memory ? 0 : 12;  // ENOMEM
}
}
#endif

namespace gradclinic {
namespace {

constexpr std::int64_t kFirst = 5;
constexpr std::int64_t kLast = 50;

/// Reads the counter at two steps.
struct Sampler : Intervention {
  void before_update(const Training&, std::int64_t step, double&) override {
    if (step == kFirst) first = allocations;
    if (step == kLast) last = allocations;
  }
  long first = -1;
  long last = -2;
};

/// Wants everything and keeps a sum.
struct Onlooker : Observer {
  void on_start(const Training&) override {}
  bool wants_tensors(std::int64_t) override { return true; }
  void see(Quantity, int, View<const float> values) override { sum += values.data[0]; }
  void on_step(const Training&, const StepSummary& summary) override { sum += summary.loss; }
  void on_validation(std::int64_t, double loss, double) override { sum += loss, ++validations; }
  void on_end(const Outcome&) override {}
  double sum = 0;
  int validations = 0;
};

using Settings = std::vector<std::pair<std::string, std::string>>;

const std::vector<Settings>& cases() {
  static const std::vector<Settings> all = {
      {},
      {{"model.norm", "batch"}, {"train.optimizer", "adam"}},
      {{"model.norm", "layer"}, {"train.optimizer", "momentum"}, {"train.batch", "20"}},
      {{"model.dropout", "0.3"}, {"train.optimizer", "rmsprop"}, {"train.batch", "13"}, {"train.clip_norm", "0.1"}},
      {{"model.residual", "true"}, {"model.norm", "batch"}, {"model.dropout", "0.1"}, {"train.clip_value", "0.1"}},
      {{"train.loss", "cross_entropy"}, {"data.classes", "5"}, {"train.batch", "70"}, {"data.samples", "200"}},
      {{"train.loss", "bce"}, {"model.activation", "gelu"}, {"train.schedule", "cosine"}, {"train.warmup", "3"}},
      {{"model.activation", "softplus"}, {"train.optimizer", "adamw"}, {"train.weight_decay", "0.1"}},
      {{"model.activation", "tanh"}, {"data.validation", "0.3"}, {"train.batch", "11"}, {"model.init", "lsuv"}},
      {{"model.activation", "sigmoid"}, {"data.validation", "0.3"}},
      {{"model.width", "300"}, {"data.samples", "300"}, {"train.optimizer", "nesterov"}},
      {{"model.depth", "1"}, {"data.outputs", "2"}},
  };
  return all;
}

Spec spec_of(const Settings& settings) {
  Spec spec;
  spec.data.samples = 100;
  spec.model.width = 16;
  spec.train.steps = kLast + 5;
  for (const auto& [key, value] : settings) set_key(spec, key, value);
  return spec;
}

TEST(Allocation, IsCounted) {
  const long before = allocations;
  const std::vector<int> some(1000);
  const auto aligned = std::make_unique<Tensor<float>>(100, 100);
  std::free(std::malloc(10));
  EXPECT_GE(allocations - before, 3);
}

TEST(Allocation, ATrainingStepAllocatesNothing) {
  for (const Settings& settings : cases()) {
    Sampler sampler;
    const Spec spec = spec_of(settings);
    EXPECT_EQ(train(spec, nullptr, &sampler).status, "finished") << to_toml(spec);
    EXPECT_EQ(sampler.first, sampler.last) << to_toml(spec);
  }
}

TEST(Allocation, NorDoesAWatchedStepOrAValidation) {
  for (const Settings& settings : cases()) {
    Sampler sampler;
    Onlooker onlooker;
    const Spec spec = spec_of(settings);
    EXPECT_EQ(train(spec, &onlooker, &sampler).status, "finished") << to_toml(spec);
    EXPECT_EQ(sampler.first, sampler.last) << to_toml(spec);
    EXPECT_EQ(onlooker.validations > 0, spec.data.validation > 0);
  }
}

}  // namespace
}  // namespace gradclinic
