#pragma once

#include <new>
#include <vector>

#include "gradclinic/tensor/view.h"

namespace gradclinic {

/// Allocates on 64-byte boundaries, so that SIMD loads of a buffer's start never split a cache line.
template <class T>
struct AlignedAllocator {
  using value_type = T;
  AlignedAllocator() = default;
  template <class U>
  AlignedAllocator(const AlignedAllocator<U>&) {}
  T* allocate(std::size_t count) { return static_cast<T*>(::operator new (count * sizeof(T), std::align_val_t{64})); }
  void deallocate(T* pointer, std::size_t) { ::operator delete (pointer, std::align_val_t{64}); }
  bool operator==(const AlignedAllocator&) const { return true; }
};

/// A flat, 64-byte aligned array.
template <class T>
using Buffer = std::vector<T, AlignedAllocator<T>>;

/// A matrix that owns its memory; starts as zeros.
template <class T>
struct Tensor {
  Buffer<T> values;
  Index rows = 0;
  Index columns = 0;

  Tensor() = default;
  Tensor(Index row_count, Index column_count)
      : values(static_cast<std::size_t>(row_count * column_count)), rows(row_count), columns(column_count) {}

  View<T> view() { return {values.data(), rows, columns}; }
  View<const T> view() const { return {values.data(), rows, columns}; }
  /// The same memory seen as rows x `batch`, for a batch no larger than the one it was made for.
  View<T> first_columns(Index batch) { return {values.data(), rows, batch}; }
};

}  // namespace gradclinic
