#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "gradclinic/data/dataset.h"
#include "gradclinic/record/recorder.h"
#include "gradclinic/spec/spec.h"

namespace gradclinic {

/// Trains networks of a kind that is not gradclinic's own, by a spec on data that is loaded, and records what Watch
/// would: calls begin with describe_run's header, then finish. `stop` may be null; it ends the run after the current
/// step. Called from several threads at once.
using Engine = std::function<Outcome(const Spec& spec, const Split& data, Generator& generator, Recorder& recorder,
                                     const std::atomic<bool>* stop)>;

/// From now on, networks of the kind are trained by the engine: to be called at a program's start, before any run.
void add_engine(const std::string& kind, Engine engine);

/// Whether this program can train networks of the kind: `mlp`, and those of its engines.
bool can_train(const std::string& kind);

/// Trains a spec under watch, into a recorder; returns the outcome. Throws what data loading throws, before anything
/// is recorded, and BadInput for a kind that this program cannot train.
Outcome run(const Spec& spec, Recorder& recorder, const std::atomic<bool>* stop = nullptr);

/// The same on data that is already loaded; `generator` is where the weights are drawn from.
Outcome run(const Spec& spec, const Split& data, Generator& generator, Recorder& recorder,
            const std::atomic<bool>* stop = nullptr);

/// The header a run starts with: name, seed, spec, this machine, versions, the time.
Record describe_run(const Spec& spec);

}  // namespace gradclinic
