#pragma once

#include <atomic>

#include "gradclinic/diagnosis/finding.h"
#include "gradclinic/record/record.h"
#include "gradclinic/spec/spec.h"

namespace gradclinic {

/// A spec judged before training, with the record of the one step that it was judged from.
struct Preflight {
  Diagnosis diagnosis;
  Record record;
};

/// Judges a spec by what can be known before training: its data, its initial weights, the activations and gradients of
/// the first step, and how these compare with mean-field theory (theory/prediction.h). Of the catalogue it examines the
/// stages data and model, and those that show in initial values: vanishing and exploding gradients, saturated and dead
/// units, rank collapse. Sick when a finding has a confidence of kSureBeforeTraining at least; weaker ones are notes.
/// Severities are NaN: what will be lost is not known yet. Throws what loading the data throws.
Preflight examine_before_training(const Spec& spec, const std::atomic<bool>* stop = nullptr);

inline constexpr double kSureBeforeTraining = 0.8;

/// How far a measured initial loss is from the predicted one, as a factor of 1 or more; NaN where there is none.
double factor_apart(double measured, double predicted);

}  // namespace gradclinic
