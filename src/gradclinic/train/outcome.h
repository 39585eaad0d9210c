#pragma once

#include <cstdint>
#include <string>

namespace gradclinic {

/// How a run ended.
struct Outcome {
  std::string status = "running";  ///< finished, diverged (loss no longer finite), interrupted, running (killed)
  std::int64_t steps = 0;          ///< optimizer steps done
  double final_loss = 0;           ///< the last training loss seen; NaN or Inf when diverged
  double seconds = 0;              ///< wall time of the training loop
};

}  // namespace gradclinic
