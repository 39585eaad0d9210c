#pragma once

#include "gradclinic/data/dataset.h"

namespace gradclinic {

/// Permutes the targets among the samples with a generator of its own, made from `seed`.
void shuffle_labels(Dataset& data, std::uint64_t seed);

/// Shuffles the samples with a generator of its own, made from `seed`, and holds out the last share, rounded to the
/// nearest whole number but at least one sample on either side. With `share` 0 nothing is moved and the validation part
/// is empty. Throws BadInput for a share outside [0, 1) and when there are fewer than two samples to share out.
Split split(Dataset data, double share, std::uint64_t seed);

/// Gives every column of `training` mean 0 and population deviation 1, and moves `other` by the same mean and
/// deviation; a constant column is divided by 1. Computed in double precision.
void standardize(Tensor<float>& training, Tensor<float>& other);

}  // namespace gradclinic
