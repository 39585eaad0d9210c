#include "gradclinic/support/parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <new>
#include <numeric>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

namespace gradclinic {
namespace {

TEST(InParallel, DoesEachOnceOnAnyNumberOfThreads) {
  for (const std::size_t count : {0, 1, 2, 100})
    for (const int threads : {-1, 0, 1, 2, 7, 200}) {
      std::vector<std::atomic<int>> done(count);
      in_parallel(count, threads, [&](std::size_t i) { ++done[i]; });
      for (const std::atomic<int>& times : done) EXPECT_EQ(times, 1) << count << " on " << threads;
    }
}

TEST(InParallel, KeepsTheOrderOnOneThread) {
  std::vector<std::size_t> order;
  in_parallel(5, 1, [&](std::size_t i) { order.push_back(i); });
  std::vector<std::size_t> expected(5);
  std::iota(expected.begin(), expected.end(), std::size_t{0});
  EXPECT_EQ(order, expected);
}

TEST(InParallel, UsesTheThreadsAskedForAndTheCallersAmongThem) {
  constexpr std::size_t kThreads = 3;
  std::mutex mutex;
  std::condition_variable changed;
  std::set<std::thread::id> present;
  // None goes on before all are there: fewer threads would wait forever.
  in_parallel(kThreads, kThreads, [&](std::size_t) {
    std::unique_lock lock(mutex);
    present.insert(std::this_thread::get_id());
    changed.notify_all();
    changed.wait(lock, [&] { return present.size() == kThreads; });
  });
  EXPECT_TRUE(present.contains(std::this_thread::get_id()));
}

TEST(InParallel, ThrowsInTheCallerWhatWorkThrew) {
  for (const int threads : {1, 4}) {
    EXPECT_THROW(in_parallel(100, threads, [](std::size_t i) { i == 3 ? throw std::bad_alloc() : void(); }),
                 std::bad_alloc);
    EXPECT_THROW(in_parallel(100, threads, [](std::size_t) { throw std::runtime_error("each"); }), std::runtime_error);
    EXPECT_THROW(in_parallel(100, threads, [](std::size_t) { throw 1; }), int);
  }
}

TEST(InParallel, FinishesWhatIsUnderWayAndBeginsNoMore) {
  std::mutex mutex;
  std::condition_variable changed;
  bool other_began = false;
  std::atomic<bool> thrown = false;
  std::atomic<bool> other_finished = false;
  std::atomic<int> begun = 0;
  EXPECT_THROW(in_parallel(1000, 2,
                           [&](std::size_t i) {
                             ++begun;
                             std::unique_lock lock(mutex);
                             if (i == 0) {
                               changed.wait(lock, [&] { return other_began; });
                               thrown = true;
                               throw std::bad_alloc();
                             }
                             other_began = true;
                             changed.notify_all();
                             lock.unlock();
                             while (!thrown) std::this_thread::yield();
                             // Until the exception has been noted, a few more may begin.
                             std::this_thread::sleep_for(std::chrono::milliseconds(1));
                             other_finished = true;
                           }),
               std::bad_alloc);
  EXPECT_TRUE(other_finished);
  EXPECT_LT(begun, 1000);
}

}  // namespace
}  // namespace gradclinic
