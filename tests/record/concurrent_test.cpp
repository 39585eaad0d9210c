#include <gtest/gtest.h>

#include <thread>

#include "gradclinic/record/cache.h"
#include "gradclinic/record/store.h"
#include "record/made_run.h"
#include "support/child.h"
#include "support/temporary_folder.h"

namespace gradclinic {
namespace {

void expect_runs(const std::string& path, std::size_t count, std::int64_t steps) {
  const Store store(path, true);
  const auto runs = store.runs();
  ASSERT_EQ(runs.size(), count);
  for (const RunSummary& summary : runs) {
    MemoryRecorder memory;
    make_run(memory, steps, made_header(summary.name, summary.seed));
    expect_same(store.read(summary.id), memory.record());
  }
}

TEST(ConcurrentStore, ThreadsRecordTheirRunsIntoOneStore) {
  const TemporaryFolder folder;
  const std::string path = folder / "runs.sqlite";
  {
    Store store(path);
    std::vector<std::thread> threads;
    for (std::uint64_t seed = 0; seed < 6; ++seed)
      threads.emplace_back([&store, seed] { make_run(*store.new_run(8), 300, made_header("threads", seed)); });
    for (int i = 0; i < 20; ++i)
      for (const RunSummary& run : store.runs()) expect_beginning(store.read(run.id).tables["step"]);
    for (std::thread& thread : threads) thread.join();
  }
  expect_runs(path, 6, 300);
}

TEST(ConcurrentStore, ProcessesMakeAndFillOneStoreTogether) {
  const TemporaryFolder folder;
  const std::string path = folder / "runs.sqlite";
  std::vector<pid_t> children;
  for (std::uint64_t seed = 0; seed < 5; ++seed)
    children.push_back(start_child([&] {
      for (const std::int64_t repeat : {0, 1, 2}) {
        Store store(path);
        make_run(*store.new_run(16), 100, made_header("processes", 10 * seed + static_cast<std::uint64_t>(repeat)));
      }
      return 0;
    }));
  for (const pid_t child : children) EXPECT_EQ(wait_for(child), 0);
  expect_runs(path, 15, 100);
}

TEST(ConcurrentCache, ThreadsAndProcessesShareIt) {
  const TemporaryFolder folder;
  const std::string path = folder / "cache.sqlite";
  const auto fill = [&](Cache& cache, const std::string& who) {
    for (int i = 0; i < 30; ++i) {
      cache.put("shared", std::string(1000, 'x'));
      cache.put(who + std::to_string(i), who);
      if (cache.get("shared") != std::string(1000, 'x')) return 1;
    }
    return 0;
  };
  std::vector<pid_t> children;
  for (const char* who : {"a", "b", "c"})
    children.push_back(start_child([&] {
      Cache cache(path);
      return fill(cache, who);
    }));
  Cache cache(path);
  std::vector<std::thread> threads;
  for (const char* who : {"d", "e"}) threads.emplace_back([&, who] { EXPECT_EQ(fill(cache, who), 0); });
  for (std::thread& thread : threads) thread.join();
  for (const pid_t child : children) EXPECT_EQ(wait_for(child), 0);
  for (const std::string who : {"a", "b", "c", "d", "e"})
    for (int i = 0; i < 30; ++i) EXPECT_EQ(cache.get(who + std::to_string(i)), who);
}

}  // namespace
}  // namespace gradclinic
