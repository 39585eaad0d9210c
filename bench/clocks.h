#pragma once

#include <ctime>

namespace gradclinic {

/// A moment on two clocks: the wall's, and that of this thread's own processor time, which stands still while others
/// have the core.
struct Moment {
  double wall = 0;  ///< seconds
  double cpu = 0;

  static Moment now() {
    const auto read = [](clockid_t clock) {
      timespec time{};
      clock_gettime(clock, &time);
      return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
    };
    return {read(CLOCK_MONOTONIC), read(CLOCK_THREAD_CPUTIME_ID)};
  }
  Moment operator-(const Moment& earlier) const { return {wall - earlier.wall, cpu - earlier.cpu}; }
  Moment operator+(const Moment& other) const { return {wall + other.wall, cpu + other.cpu}; }
};

}  // namespace gradclinic
