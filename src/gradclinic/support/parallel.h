#pragma once

#include <cstddef>
#include <functional>

namespace gradclinic {

/// Does work(0) to work(count - 1), each once, begun in this order on up to `threads` threads, the caller's among them.
/// Returns when all of them have ended. The first exception, from work or from starting a thread, is thrown again then;
/// what was under way is finished, the rest is not begun.
void in_parallel(std::size_t count, int threads, const std::function<void(std::size_t)>& work);

}  // namespace gradclinic
