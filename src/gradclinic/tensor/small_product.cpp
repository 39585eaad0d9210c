#include "gradclinic/tensor/small_product.h"

#include <algorithm>

// Highway 1.0.3 leaves AVX3_DL out of its targets, and then refuses to compile, where -march=native already implies it.
#define HWY_WANT_AVX3_DL
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "gradclinic/tensor/small_product.cpp"
#include "hwy/foreach_target.h"  // compiles what follows once per instruction set
// After foreach_target.h.
#include "gradclinic/tensor/vectors-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace gradclinic::HWY_NAMESPACE {

using HalfTag = hn::CappedTag<float, std::max<Index>(1, kLanes / 2)>;

// Rows of the right operand that are copied, at most, and of results that read them again, at least. Measured with
// AVX2.
constexpr Index kMostPacked = 1024;
constexpr Index kFewestPacked = 128;

struct Operands {
  const float* left;
  Index row_stride;
  Index inner_stride;
  View<const float> right;
  const float* start;  // one number per row that sums begin with, or null
  View<float> result;
};

/// kRows x kVectors vectors of results held in registers; of the last vector only `last` lanes exist when kPartial.
/// `strip`: these columns of the right operand.
template <class TileTag, int kRows, int kVectors, bool kPartial>
HWY_INLINE void tile(const Operands& operands, View<const float> strip, Index row, Index column, Index last) {
  constexpr TileTag kTag;
  constexpr Index kStep = hn::MaxLanes(kTag);
  using TileVector = hn::Vec<TileTag>;
  TileVector sums[kRows][kVectors];
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
    const TileVector start = operands.start ? hn::Set(kTag, operands.start[row + r]) : hn::Zero(kTag);
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) sums[r][v] = start;
  }
  const float* left = operands.left + row * operands.row_stride;
  const float* right = strip.data;
  for (Index k = 0; k < strip.rows; ++k) {
    TileVector loaded[kVectors];
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v)
      loaded[v] =
          kPartial && v == kVectors - 1 ? load_some(kTag, right + v * kStep, last) : hn::LoadU(kTag, right + v * kStep);
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) keep_loaded(loaded[v]);
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
      const TileVector factor = hn::Set(kTag, left[r * operands.row_stride]);
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) sums[r][v] = hn::MulAdd(factor, loaded[v], sums[r][v]);
    }
    left += operands.inner_stride;
    right += strip.columns;
  }
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
    float* to = operands.result.row(row + r) + column;
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      if (kPartial && v == kVectors - 1)
        store_some(sums[r][v], kTag, to + v * kStep, last);
      else
        hn::StoreU(sums[r][v], kTag, to + v * kStep);
    }
  }
}

template <class TileTag, int kVectors, bool kPartial>
HWY_INLINE void rows_of_tiles(const Operands& operands, View<const float> strip, Index column, Index last) {
  Index row = 0;
  const Index rows = operands.result.rows;
  for (; row + kTileRows <= rows; row += kTileRows)
    tile<TileTag, kTileRows, kVectors, kPartial>(operands, strip, row, column, last);
  if constexpr (kTileRows > 4)
    for (; row + 4 <= rows; row += 4) tile<TileTag, 4, kVectors, kPartial>(operands, strip, row, column, last);
  for (; row + 2 <= rows; row += 2) tile<TileTag, 2, kVectors, kPartial>(operands, strip, row, column, last);
  for (; row < rows; ++row) tile<TileTag, 1, kVectors, kPartial>(operands, strip, row, column, last);
}

template <class TileTag, int kVectors, bool kPartial>
HWY_NOINLINE void column_of_tiles(const Operands& operands, Index column, Index last) {
  const View<const float> right = operands.right;
  rows_of_tiles<TileTag, kVectors, kPartial>(operands, {right.data + column, right.rows, right.columns}, column, last);
}

/// The same for whole vectors, with the strip copied first, as its rows lie in few sets of the level-1 cache where the
/// batch is a large power of two.
HWY_NOINLINE void packed_column_of_tiles(const Operands& operands, Index column) {
  constexpr Tag kTag;
  constexpr Index kWidth = kTileVectors * kLanes;
  HWY_ALIGN float strip[kMostPacked * kWidth];
  for (Index k = 0; k < operands.right.rows; ++k)
    for (int v = 0; v < kTileVectors; ++v)
      hn::Store(hn::LoadU(kTag, operands.right.row(k) + column + v * kLanes), kTag, strip + k * kWidth + v * kLanes);
  rows_of_tiles<Tag, kTileVectors, false>(operands, {strip, operands.right.rows, kWidth}, column, kLanes);
}

/// `vectors` whole ones, then the `last` columns (0..kLanes).
template <int kVectors>
HWY_INLINE void last_columns(const Operands& operands, Index column, Index vectors, Index last) {
  if constexpr (kVectors > 0) {
    if (vectors < kVectors) return last_columns<kVectors - 1>(operands, column, vectors, last);
    // Half a vector costs half a multiplication where the core splits its vectors in two.
    if (last > kLanes / 2) return column_of_tiles<Tag, kVectors + 1, true>(operands, column, last);
    column_of_tiles<Tag, kVectors, false>(operands, column, last);
    column += kVectors * kLanes;
  } else if (last > kLanes / 2) {
    return column_of_tiles<Tag, 1, true>(operands, column, last);
  }
  if (last > 0) column_of_tiles<HalfTag, 1, true>(operands, column, last);
}

void product(const float* left, Index row_stride, Index inner_stride, View<const float> right, const float* start,
             View<float> result) {
  const Operands operands{left, row_stride, inner_stride, right, start, result};
  constexpr Index kWidth = kTileVectors * kLanes;
  const bool packed = HWY_TARGET == HWY_AVX2 && result.rows >= kFewestPacked && right.rows <= kMostPacked;
  Index column = 0;
  for (; column + kWidth <= result.columns; column += kWidth) {
    if (packed)
      packed_column_of_tiles(operands, column);
    else
      column_of_tiles<Tag, kTileVectors, false>(operands, column, kLanes);
  }
  const Index left_over = result.columns - column;
  last_columns<kTileVectors - 1>(operands, column, left_over / kLanes, left_over % kLanes);
}

}  // namespace gradclinic::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gradclinic {

HWY_EXPORT(product);

void small_product(const float* left, Index row_stride, Index inner_stride, View<const float> right, const float* start,
                   View<float> result) {
  HWY_DYNAMIC_DISPATCH(product)(left, row_stride, inner_stride, right, start, result);
}

}  // namespace gradclinic
#endif
