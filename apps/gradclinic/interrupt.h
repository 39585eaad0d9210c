#pragma once

#include <atomic>

namespace gradclinic {

/// A flag that Ctrl-C (SIGINT) or SIGTERM sets, for work that ends in good order and keeps what is finished. A second
/// Ctrl-C ends the program at once, with exit code 130.
const std::atomic<bool>& stop_on_interrupt();

}  // namespace gradclinic
