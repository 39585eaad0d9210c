#pragma once

#include <Eigen/Core>

#include "gradclinic/tensor/view.h"

namespace gradclinic {

template <class T>
using RowMajorMatrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// A view as an Eigen matrix, for the .cpp files that compute with Eigen.
template <class T>
auto matrix(View<T> view) {
  if constexpr (std::is_const_v<T>)
    return Eigen::Map<const RowMajorMatrix<std::remove_const_t<T>>>(view.data, view.rows, view.columns);
  else
    return Eigen::Map<RowMajorMatrix<T>>(view.data, view.rows, view.columns);
}

/// Contiguous entries as an Eigen array.
template <class T>
auto array(T* data, Index size) {
  if constexpr (std::is_const_v<T>)
    return Eigen::Map<const Eigen::Array<std::remove_const_t<T>, Eigen::Dynamic, 1>>(data, size);
  else
    return Eigen::Map<Eigen::Array<T, Eigen::Dynamic, 1>>(data, size);
}

template <class T>
auto array(View<T> view) {
  return array(view.data, view.size());
}

}  // namespace gradclinic
