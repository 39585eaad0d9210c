#pragma once

#include "gradclinic/tensor/generator.h"
#include "gradclinic/tensor/view.h"

namespace gradclinic {

/// Orthonormal rows (or columns, when there are more rows), distributed uniformly: the Q factor of a normal matrix with
/// the signs of R's diagonal (Saxe et al. 2014; torch.nn.init.orthogonal_). Instantiated for float and double.
template <class T>
void fill_orthogonal(View<T> weights, Generator& generator);

}  // namespace gradclinic
