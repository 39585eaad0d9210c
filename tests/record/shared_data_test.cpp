#include "gradclinic/data/shared_data.h"

#include <gtest/gtest.h>

#include <thread>

#include "gradclinic/record/run.h"
#include "gradclinic/spec/toml.h"
#include "gradclinic/support/error.h"

namespace gradclinic {
namespace {

Spec noise(std::uint64_t seed, const std::string& more = "") {
  return parse_spec("seed = " + std::to_string(seed) + "\n[data]\nset = \"noise\"\nsamples = 20\n" + more, "test");
}

TEST(SharedData, RunsOfOneSeedShareTheirData) {
  SharedData data(2);
  const auto first = data.get(noise(1));
  EXPECT_EQ(data.get(noise(1, "[model]\nwidth = 7\n")), first) << "another network, the same data";
  EXPECT_NE(data.get(noise(2)), first);
  EXPECT_NE(data.get(noise(1, "features = 3\n")), first);
  EXPECT_NE(data.get(noise(1, "[train]\nloss = \"bce\"\n")), first) << "other targets";
}

TEST(SharedData, KeepsTheLastFewOnly) {
  SharedData data(2);
  const std::weak_ptr<const LoadedData> first = data.get(noise(1));
  data.get(noise(2));
  EXPECT_FALSE(first.expired());
  data.get(noise(1));
  data.get(noise(3));
  EXPECT_FALSE(first.expired()) << "used after 2";
  data.get(noise(4));
  EXPECT_TRUE(first.expired());
}

TEST(SharedData, GivesTheRunThatLoadsItself) {
  const Spec spec = noise(5, "validation = 0.2\n[train]\nsteps = 5\nbatch = 4\n");
  MemoryRecorder alone;
  run(spec, alone);
  SharedData data(1);
  data.get(spec);
  const auto loaded = data.get(spec);
  Generator generator = loaded->generator;
  MemoryRecorder shared;
  run(spec, loaded->split, generator, shared);
  EXPECT_EQ(shared.record().series("loss").values, alone.record().series("loss").values);
  EXPECT_EQ(shared.record().series("weight.l2", 1).values, alone.record().series("weight.l2", 1).values);
  EXPECT_FALSE(alone.record().series("weight.l2", 1).values.empty());
}

TEST(SharedData, ManyThreadsLoadOnce) {
  SharedData data(3);
  std::vector<std::shared_ptr<const LoadedData>> found(8);
  std::vector<std::thread> threads;
  for (auto& entry : found) threads.emplace_back([&] { entry = data.get(noise(9)); });
  for (std::thread& thread : threads) thread.join();
  for (const auto& entry : found) EXPECT_EQ(entry, found.front());
}

TEST(SharedData, AFailureIsNotKept) {
  SharedData data(1);
  const Spec missing = parse_spec("[data]\nset = \"csv\"\npath = \"nowhere.csv\"\ntarget = \"y\"\n", "test");
  EXPECT_THROW(data.get(missing), BadInput);
  EXPECT_THROW(data.get(missing), BadInput);
}

}  // namespace
}  // namespace gradclinic
