#pragma once

#include <cstddef>
#include <span>
#include <type_traits>

namespace gradclinic {

using Index = std::ptrdiff_t;

/// A matrix in somebody else's memory: `rows` x `columns`, row after row without gaps.
/// Activations and their gradients are features x batch, so one feature's batch is contiguous;
/// weights are outputs x inputs, in the order PyTorch stores them.
template <class T>
struct View {
  T* data = nullptr;
  Index rows = 0;
  Index columns = 0;

  Index size() const { return rows * columns; }
  T* row(Index index) const { return data + index * columns; }
  T& operator()(Index row_index, Index column) const { return data[row_index * columns + column]; }
  std::span<T> flat() const { return {data, static_cast<std::size_t>(size())}; }

  operator View<const T>() const requires(!std::is_const_v<T>) { return {data, rows, columns}; }
};

}  // namespace gradclinic
