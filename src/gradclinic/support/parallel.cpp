#include "gradclinic/support/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace gradclinic {

void in_parallel(std::size_t count, int threads, const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next = 0;
  std::mutex failing;
  std::exception_ptr failure;
  const auto guarded = [&](const auto& body) {
    try {
      body();
    } catch (...) {
      const std::lock_guard lock(failing);
      if (!failure) failure = std::current_exception();
      next = count;
    }
  };
  const auto take = [&] {
    for (std::size_t i = next++; i < count; i = next++) work(i);
  };
  {
    std::vector<std::jthread> others;
    guarded([&] {
      const std::size_t wanted = std::min(static_cast<std::size_t>(std::max(1, threads)), count);
      for (std::size_t i = 1; i < wanted; ++i) others.emplace_back([&] { guarded(take); });
      take();
    });
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace gradclinic
