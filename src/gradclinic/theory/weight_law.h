#pragma once

#include <optional>

#include "gradclinic/spec/spec.h"
#include "gradclinic/tensor/view.h"

namespace gradclinic {

/// How a linear layer's parameters are drawn, as far as mean-field theory cares.
struct WeightLaw {
  double weight = 0;  ///< sigma_w^2: inputs times the variance of a weight
  double bias = 0;    ///< sigma_b^2: the variance of a bias; model.bias_init is not part of it
};

/// The law of a layer (model.init, init_std, init_gain); of `lsuv` before it scales by data. None where weights are not
/// drawn at random about zero. Sources: torch 1/(3 inputs) for weights and biases (torch.nn.Linear); Xavier
/// 2/(inputs + outputs) (Glorot & Bengio 2010); He 2/inputs (2015); LeCun 1/inputs (1998); orthogonal
/// 1/max(inputs, outputs), as its rows or columns have length 1 (Saxe et al. 2014).
std::optional<WeightLaw> weight_law(const ModelSpec& model, Index inputs, Index outputs);

}  // namespace gradclinic
