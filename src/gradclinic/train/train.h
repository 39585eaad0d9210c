#pragma once

#include <atomic>

#include "gradclinic/train/observer.h"

namespace gradclinic {

/// Trains by the spec on one thread. Draws data and weights from Generator(seed), in this order; the order of batches
/// and dropout from generators of their own, so that runs of one seed are paired whatever the architecture.
/// `observer` and `intervention` may be null. `stop` ends the run after the current step (status "interrupted").
/// A loss that is no longer finite ends the run (status "diverged"); that is a result, not an error.
Outcome train(const Spec& spec, Observer* observer = nullptr, Intervention* intervention = nullptr,
              const std::atomic<bool>* stop = nullptr);

/// The same on data that is already loaded; `generator` is where the weights are drawn from.
Outcome train(const Spec& spec, const Split& data, Generator& generator, Observer* observer = nullptr,
              Intervention* intervention = nullptr, const std::atomic<bool>* stop = nullptr);

}  // namespace gradclinic
