#pragma once

#include <atomic>

#include "gradclinic/data/dataset.h"
#include "gradclinic/record/recorder.h"
#include "gradclinic/spec/spec.h"

namespace gradclinic {

/// Trains a spec under watch, into a recorder; returns the outcome. Throws what data loading throws, before anything
/// is recorded.
Outcome run(const Spec& spec, Recorder& recorder, const std::atomic<bool>* stop = nullptr);

/// The same on data that is already loaded; `generator` is where the weights are drawn from.
Outcome run(const Spec& spec, const Split& data, Generator& generator, Recorder& recorder,
            const std::atomic<bool>* stop = nullptr);

/// The header a run starts with: name, seed, spec, this machine, versions, the time.
Record describe_run(const Spec& spec);

}  // namespace gradclinic
