#include "gradclinic/interrupt.h"

#include <unistd.h>

#include <csignal>

#include "gradclinic/support/error.h"

namespace gradclinic {
namespace {

std::atomic<bool> stop{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may touch nothing else");

void on_signal(int) {
  if (stop.exchange(true)) _exit(static_cast<int>(ExitCode::interrupted));
  constexpr char kText[] = "\ngradclinic: stopping, and keeping what is finished; Ctrl-C again leaves at once\n";
  [[maybe_unused]] const auto written = write(STDERR_FILENO, kText, sizeof kText - 1);
}

}  // namespace

const std::atomic<bool>& stop_on_interrupt() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  return stop;
}

}  // namespace gradclinic
