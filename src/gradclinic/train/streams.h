#pragma once

#include <cstdint>

namespace gradclinic {

/// Added to a run's seed for generators of their own, so that runs of one seed are paired whatever the architecture
/// draws: one for the order of batches, one for dropout.
inline constexpr std::uint64_t kBatchStream = 1'000'003;
inline constexpr std::uint64_t kDropoutStream = 2'000'003;

}  // namespace gradclinic
