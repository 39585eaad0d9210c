#pragma once

#include <string>

#include "gradclinic/data/readers/bytes.h"
#include "gradclinic/tensor/tensor.h"

namespace gradclinic {

/// A table from an NPY file: the first dimension are the samples, the others are flattened in C order, whatever the
/// order in the file; a file of one dimension has one column.
template <class T>
struct NpyTable {
  Tensor<T> values;  ///< samples read x columns
  Index held = 0;    ///< samples the file holds
};

/// Reads the first `limit` samples (0: all); T is float or double. Numbers that are not finite in T, an empty array and
/// damage throw BadInput naming `name` and the offset.
template <class T>
NpyTable<T> read_npy(Bytes file, const std::string& name, Index limit = 0);

extern template NpyTable<float> read_npy(Bytes, const std::string&, Index);
extern template NpyTable<double> read_npy(Bytes, const std::string&, Index);

}  // namespace gradclinic
