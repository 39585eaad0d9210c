#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include "gradclinic/instruments/watch.h"
#include "gradclinic/train/train.h"
#include "instruments/relay.h"

namespace {

thread_local std::int64_t allocations = 0;

void* allocate(std::size_t size, std::size_t alignment) {
  ++allocations;
  const std::size_t rounded = (size + alignment - 1) / alignment * alignment;
  if (void* memory = std::aligned_alloc(alignment, rounded > 0 ? rounded : alignment)) return memory;
  throw std::bad_alloc();
}

}  // namespace

// Every allocation of this test program goes through here.
void* operator new(std::size_t size) { return allocate(size, alignof(std::max_align_t)); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return allocate(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

namespace gradclinic {
namespace {

class Nowhere : public Sink {
 public:
  void open_table(const std::string&, const std::vector<Column>&) override {}
  void append(const std::string&, std::int64_t, const float* values) override { last_ = values[0]; }
  void add_event(const Event&) override {}

 private:
  float last_ = 0;
};

TEST(WatchAllocation, AWatchedStepAllocatesNothing) {
  for (const char* activation : {"relu", "tanh"}) {
    Spec spec;
    spec.data.samples = 60;
    spec.data.validation = 0.2;
    spec.model.depth = 4;
    spec.model.width = 9;
    spec.model.activation = activation;
    spec.train.batch = 17;
    spec.train.steps = 12;
    Nowhere sink;
    Watch watch(sink);
    Relay relay(&watch);
    std::vector<std::int64_t> at_step;
    at_step.reserve(12);
    relay.after_step = [&](const Training&, const StepSummary&) { at_step.push_back(allocations); };
    train(spec, &relay);
    ASSERT_EQ(at_step.size(), 12U);
    EXPECT_GT(at_step[0], 0) << "the counter counts";
    for (std::size_t step = 1; step < at_step.size(); ++step) EXPECT_EQ(at_step[step], at_step[step - 1]) << step;
  }
}

}  // namespace
}  // namespace gradclinic
