#pragma once

#include <atomic>

#include "gradclinic/data/dataset.h"
#include "gradclinic/record/recorder.h"
#include "gradclinic/spec/spec.h"

namespace gradclinic::torch {

/// Trains a spec's network through LibTorch, under watch, on one thread, as gradclinic::run does natively, and records
/// the same tables: on the same batches, from weights that `generator` draws in the same order, with dropout from a
/// generator of its own. Kinds: engine/networks. Of the spec's [watch], histograms and ranks are of steps that the
/// cheap gauges see. Throws BadInput, before anything is recorded, where the network cannot take the data.
Outcome run(const Spec& spec, const Split& data, Generator& generator, Recorder& recorder,
            const std::atomic<bool>* stop = nullptr);

/// Lets gradclinic::run train every kind of engine/networks so, but for mlp, which it trains itself. Once, at a
/// program's start.
void add_engines();

}  // namespace gradclinic::torch
