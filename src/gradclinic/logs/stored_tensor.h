#pragma once

#include <string>
#include <vector>

#include "gradclinic/data/readers/bytes.h"
#include "gradclinic/tensor/view.h"

namespace gradclinic {

enum class NumberType { float64, float32, float16, bfloat16, other };

/// A tensor as it lies in a checkpoint, in somebody else's memory.
struct StoredTensor {
  std::string name;
  NumberType type = NumberType::float32;  ///< other: integers, booleans, texts; they hold no weights
  bool big_endian = false;
  bool fortran_order = false;
  std::vector<Index> shape;
  Bytes raw;  ///< of as many numbers as the shape says; empty for other types

  Index size() const;
};

/// The numbers in C order; NaN and Inf are values like any other. Empty for other types than floats.
std::vector<double> values_of(const StoredTensor& tensor);

}  // namespace gradclinic
