#pragma once

#include <vector>

#include "gradclinic/instruments/sink.h"
#include "gradclinic/tensor/view.h"

namespace gradclinic {

/// exp(-sum p_i log p_i) with p_i = s_i / sum s, s the singular values: how many directions a matrix spreads over
/// (Roy & Vetterli 2007). Between 1 and the smaller side; 0 for a matrix of zeros; NaN when an entry is not finite or
/// there is none. Singular values come from the eigenvalues of the smaller Gram matrix, in double; those below 1e-6 of
/// the largest are rounding and count as 0.
double effective_rank(View<const float> values);

/// The columns of table "rank": "activation.effective_rank" of each layer that has activations.
std::vector<Column> effective_rank_columns(int depth);

}  // namespace gradclinic
