#pragma once

#include "gradclinic/data/dataset.h"

namespace gradclinic {

/// How many samples a synthetic set makes: data.samples, or 500 for 0. Throws BadInput when memory cannot hold them.
Index synthetic_samples(const Spec& spec);

/// Throws BadInput for fewer than two classes, or more than samples.
void check_classes(const Spec& spec, Index classes);

/// Draws samples x columns values as torch.randn(samples, columns) does.
Tensor<float> standard_normal(Index rows, Index columns, Generator& generator);

/// Adds to every input a normal number of deviation data.noise.
void add_noise(Tensor<float>& values, double deviation, Generator& generator);

/// Inputs of zeros, and the targets of a classification in which sample i has class i modulo `classes`.
Dataset alternating_classes(const Spec& spec, Index classes);

/// Throws BadInput when a figure in the plane is asked for with fewer than two features.
void need_two_features(const Spec& spec);

}  // namespace gradclinic
