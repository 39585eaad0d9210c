#pragma once

#include "gradclinic/diagnosis/finding.h"
#include "gradclinic/logs/checkpoint.h"

namespace gradclinic {

/// Judges a network by its weights alone: one checkpoint, or two of one training, `before` earlier than `after`.
/// Sick where the finding is certain: numbers that are not finite; between the two nothing changed; all units of a
/// layer alike after training, or alike with nothing behind them that tells them apart. Otherwise undecided: weights do
/// not show how training goes. Notes say what was seen: units whose incoming weights are all 0, a layer's scale far off
/// what initializers set, batch norm's variances of 0, tensors that did not change, how much the others did. Gaps say
/// what weights cannot show. Layers are tensors of two or more dimensions, counted from 1 in the order of their names;
/// the first dimension are the units, of a "kernel" the last. Throws BadInput when `before` has no tensor in common
/// with `after`.
Diagnosis examine_weights(const Checkpoint& after, const Checkpoint* before = nullptr);

}  // namespace gradclinic
