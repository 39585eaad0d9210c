#pragma once

#include <string>
#include <vector>

#include "gradclinic/logs/stored_tensor.h"

namespace gradclinic {

/// What one tensor's numbers show.
struct WeightFacts {
  std::string name;
  int layer = 0;              ///< from 1; 0 where it is no weight matrix of at least 2 x 2
  double size = 0;            ///< numbers
  double non_finite = 0;      ///< of them NaN or Inf; the rest is of no meaning where there are any
  double norm = 0;            ///< Euclidean
  double gain = 0;            ///< root mean square times the root of the fan-in: 1.41 by He et al. 2015; 0 for no layer
  bool constant = false;      ///< all numbers are the same
  double units = 0;           ///< of a layer
  double zero_units = 0;      ///< of them such whose incoming weights are all 0
  bool units_alike = false;   ///< all units have the same incoming weights, not all 0
  bool inputs_alike = false;  ///< every unit has the same weight for all inputs: it cannot tell them apart
  double zeros = 0;           ///< numbers that are 0
};

/// Reads a tensor of floating-point numbers; `layer` is its number, 0 for none.
WeightFacts facts_of(const StoredTensor& tensor, int layer);

/// Whether a tensor counts as a layer's weights: two dimensions or more, at least two units and two inputs.
bool is_weight_matrix(const StoredTensor& tensor);

/// Euclidean norm of the difference of two tensors of the same shape, over the norm of the first.
double relative_change(const StoredTensor& before, const StoredTensor& after);

/// Whether two tensors of the same shape hold the same numbers, whatever their types.
bool are_equal(const StoredTensor& one, const StoredTensor& other);

}  // namespace gradclinic
