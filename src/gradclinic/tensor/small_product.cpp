#include "gradclinic/tensor/small_product.h"

#include <algorithm>

// Highway 1.0.3 leaves AVX3_DL out of its targets, and then refuses to compile, where -march=native already implies it.
#define HWY_WANT_AVX3_DL
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "gradclinic/tensor/small_product.cpp"
#include "hwy/foreach_target.h"  // compiles what follows once per instruction set
// After foreach_target.h.
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace gradclinic::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using Tag = hn::ScalableTag<float>;
using Vector = hn::Vec<Tag>;

constexpr Index kLanes = hn::MaxLanes(Tag());
// Sized for the registers: rows x vectors accumulators, the vectors loaded, one broadcast.
constexpr int kTileRows = HWY_TARGET <= HWY_AVX3 ? 8 : 4;
constexpr int kTileVectors = 3;

/// The first `count` (1..kLanes) floats; the other lanes are 0.
HWY_INLINE Vector load_some(const float* from, Index count) {
#if HWY_MEM_OPS_MIGHT_FAULT
  HWY_ALIGN float lanes[kLanes] = {};
  std::copy_n(from, count, lanes);
  return hn::Load(Tag(), lanes);
#else
  return hn::MaskedLoad(hn::FirstN(Tag(), static_cast<std::size_t>(count)), Tag(), from);
#endif
}

HWY_INLINE void store_some(Vector values, float* to, Index count) {
#if HWY_MEM_OPS_MIGHT_FAULT
  HWY_ALIGN float lanes[kLanes];
  hn::Store(values, Tag(), lanes);
  std::copy_n(lanes, count, to);
#else
  hn::BlendedStore(values, hn::FirstN(Tag(), static_cast<std::size_t>(count)), Tag(), to);
#endif
}

struct Operands {
  const float* left;
  Index row_stride;
  Index inner_stride;
  View<const float> right;
  const float* start;  // one number per row that sums begin with, or null
  View<float> result;
};

/// kRows x (kVectors * kLanes) results held in registers; of the last vector only `last` lanes exist when kPartial.
template <int kRows, int kVectors, bool kPartial>
HWY_INLINE void tile(const Operands& operands, Index row, Index column, Index last) {
  constexpr Tag kTag;
  Vector sums[kRows][kVectors];
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
    const Vector start = operands.start ? hn::Set(kTag, operands.start[row + r]) : hn::Zero(kTag);
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) sums[r][v] = start;
  }
  const float* left = operands.left + row * operands.row_stride;
  const float* right = operands.right.data + column;
  for (Index k = 0; k < operands.right.rows; ++k) {
    Vector loaded[kVectors];
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v)
      loaded[v] =
          kPartial && v == kVectors - 1 ? load_some(right + v * kLanes, last) : hn::LoadU(kTag, right + v * kLanes);
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
      const Vector factor = hn::Set(kTag, left[r * operands.row_stride]);
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) sums[r][v] = hn::MulAdd(factor, loaded[v], sums[r][v]);
    }
    left += operands.inner_stride;
    right += operands.right.columns;
  }
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
    float* to = operands.result.row(row + r) + column;
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      if (kPartial && v == kVectors - 1)
        store_some(sums[r][v], to + v * kLanes, last);
      else
        hn::StoreU(sums[r][v], kTag, to + v * kLanes);
    }
  }
}

template <int kVectors, bool kPartial>
HWY_NOINLINE void column_of_tiles(const Operands& operands, Index column, Index last) {
  Index row = 0;
  const Index rows = operands.result.rows;
  for (; row + kTileRows <= rows; row += kTileRows) tile<kTileRows, kVectors, kPartial>(operands, row, column, last);
  if constexpr (kTileRows > 4)
    for (; row + 4 <= rows; row += 4) tile<4, kVectors, kPartial>(operands, row, column, last);
  for (; row + 2 <= rows; row += 2) tile<2, kVectors, kPartial>(operands, row, column, last);
  for (; row < rows; ++row) tile<1, kVectors, kPartial>(operands, row, column, last);
}

template <int kVectors>
HWY_INLINE void last_column_of_tiles(const Operands& operands, Index column) {
  const Index last = operands.result.columns - column - (kVectors - 1) * kLanes;
  if (last == kLanes)
    column_of_tiles<kVectors, false>(operands, column, last);
  else
    column_of_tiles<kVectors, true>(operands, column, last);
}

void product(const float* left, Index row_stride, Index inner_stride, View<const float> right, const float* start,
             View<float> result) {
  const Operands operands{left, row_stride, inner_stride, right, start, result};
  constexpr Index kWidth = kTileVectors * kLanes;
  Index column = 0;
  for (; column + kWidth <= result.columns; column += kWidth)
    column_of_tiles<kTileVectors, false>(operands, column, kLanes);
  const Index left_over = result.columns - column;
  if (left_over > 2 * kLanes)
    last_column_of_tiles<3>(operands, column);
  else if (left_over > kLanes)
    last_column_of_tiles<2>(operands, column);
  else if (left_over > 0)
    last_column_of_tiles<1>(operands, column);
}

// The weight gradient sums over the batch, which is the SIMD axis of both operands. So blocks of the right operand are
// transposed onto the stack, and tiles like those above add the products block after block.
constexpr Index kPanelRows = 128;            // of the batch
constexpr Index kPanelColumns = 4 * kLanes;  // with AVX-512 the panel takes 32 KiB, the level-1 cache

/// What tile is to the products above, for a panel of kPanelColumns columns that holds whole vectors.
struct PanelOperands {
  const float* left;
  Index row_stride;
  const float* panel;
  Index inner;  // rows of the panel
  bool add;     // to what the result holds
  View<float> result;
};

template <int kRows, int kVectors>
HWY_INLINE void panel_tile(const PanelOperands& operands, Index row, Index column, Index last) {
  constexpr Tag kTag;
  Vector sums[kRows][kVectors];
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
    const float* from = operands.result.row(row + r) + column;
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      if (!operands.add)
        sums[r][v] = hn::Zero(kTag);
      else
        sums[r][v] = v == kVectors - 1 ? load_some(from + v * kLanes, last) : hn::LoadU(kTag, from + v * kLanes);
    }
  }
  const float* left = operands.left + row * operands.row_stride;
  const float* right = operands.panel;
  for (Index k = 0; k < operands.inner; ++k, ++left, right += kPanelColumns) {
    Vector loaded[kVectors];
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) loaded[v] = hn::Load(kTag, right + v * kLanes);
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
      const Vector factor = hn::Set(kTag, left[r * operands.row_stride]);
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) sums[r][v] = hn::MulAdd(factor, loaded[v], sums[r][v]);
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
    float* to = operands.result.row(row + r) + column;
#pragma GCC unroll 4
    for (int v = 0; v < kVectors - 1; ++v) hn::StoreU(sums[r][v], kTag, to + v * kLanes);
    store_some(sums[r][kVectors - 1], to + (kVectors - 1) * kLanes, last);
  }
}

/// panel[b * kPanelColumns + c] = from(first_row + c, first_column + b), for `rows` rows (the panel's columns; those up
/// to the next multiple of the vector are zeros) and `columns` columns.
HWY_INLINE void transpose(View<const float> from, Index first_row, Index rows, Index first_column, Index columns,
                          float* panel) {
  constexpr Tag kTag;
  const hn::Repartition<double, Tag> kPairs;
  const hn::CappedTag<float, 4> kBlock;
  HWY_ALIGN static constexpr float kZeros[kPanelRows] = {};
  HWY_ALIGN float lanes[4][kLanes];
  const Index padded = std::min(kPanelColumns, (rows + kLanes - 1) / kLanes * kLanes);
  if (rows < padded)
    for (Index c = 0; c < columns; ++c) hn::Store(hn::Zero(kTag), kTag, panel + c * kPanelColumns + padded - kLanes);
  for (Index r = 0; r < rows; r += 4) {
    const float* source[4];
    for (Index i = 0; i < 4; ++i) source[i] = r + i < rows ? from.row(first_row + r + i) + first_column : kZeros;
    for (Index c = 0; c < columns; c += kLanes) {
      const Index count = std::min(kLanes, columns - c);
      Vector row[4];
      for (int i = 0; i < 4; ++i)
        row[i] = count == kLanes ? hn::LoadU(kTag, source[i] + c) : load_some(source[i] + c, count);
      if constexpr (kLanes >= 4) {
        const auto low_01 = hn::BitCast(kPairs, hn::InterleaveLower(kTag, row[0], row[1]));
        const auto high_01 = hn::BitCast(kPairs, hn::InterleaveUpper(kTag, row[0], row[1]));
        const auto low_23 = hn::BitCast(kPairs, hn::InterleaveLower(kTag, row[2], row[3]));
        const auto high_23 = hn::BitCast(kPairs, hn::InterleaveUpper(kTag, row[2], row[3]));
        hn::Store(hn::BitCast(kTag, hn::InterleaveLower(kPairs, low_01, low_23)), kTag, lanes[0]);
        hn::Store(hn::BitCast(kTag, hn::InterleaveUpper(kPairs, low_01, low_23)), kTag, lanes[1]);
        hn::Store(hn::BitCast(kTag, hn::InterleaveLower(kPairs, high_01, high_23)), kTag, lanes[2]);
        hn::Store(hn::BitCast(kTag, hn::InterleaveUpper(kPairs, high_01, high_23)), kTag, lanes[3]);
        // Block j of lanes[i] holds column 4 j + i of the four rows.
        for (Index i = 0; i < count; ++i)
          hn::Store(hn::Load(kBlock, lanes[i % 4] + i / 4 * 4), kBlock, panel + (c + i) * kPanelColumns + r);
      } else {
        for (int i = 0; i < 4; ++i) {
          hn::Store(row[i], kTag, lanes[i]);
          for (Index j = 0; j < count; ++j) panel[(c + j) * kPanelColumns + r + i] = lanes[i][j];
        }
      }
    }
  }
}

template <int kVectors>
HWY_NOINLINE void multiply_vectors(const PanelOperands& operands, Index column, Index last) {
  constexpr int kAccumulators = kTileRows * kTileVectors;
  constexpr int kRows = std::min(kTileRows, kAccumulators / kVectors);
  Index row = 0;
  for (; row + kRows <= operands.result.rows; row += kRows) panel_tile<kRows, kVectors>(operands, row, column, last);
  for (; row + 4 <= operands.result.rows; row += 4) panel_tile<4, kVectors>(operands, row, column, last);
  for (; row + 2 <= operands.result.rows; row += 2) panel_tile<2, kVectors>(operands, row, column, last);
  for (; row < operands.result.rows; ++row) panel_tile<1, kVectors>(operands, row, column, last);
}

HWY_INLINE void multiply_panel(const PanelOperands& operands, Index column, Index columns) {
  const Index vectors = (columns + kLanes - 1) / kLanes;
  const Index last = columns - (vectors - 1) * kLanes;
  if (vectors == 4)
    multiply_vectors<4>(operands, column, last);
  else if (vectors == 3)
    multiply_vectors<3>(operands, column, last);
  else if (vectors == 2)
    multiply_vectors<2>(operands, column, last);
  else
    multiply_vectors<1>(operands, column, last);
}

HWY_INLINE float sum_of(const float* values, Index count) {
  constexpr Tag kTag;
  Vector sum = hn::Zero(kTag);
  Index at = 0;
  for (; at + kLanes <= count; at += kLanes) sum = hn::Add(sum, hn::LoadU(kTag, values + at));
  if (at < count) sum = hn::Add(sum, load_some(values + at, count - at));
  return hn::GetLane(hn::SumOfLanes(kTag, sum));
}

void product_of_rows(View<const float> left, View<const float> right, View<float> result, float* row_sums) {
  HWY_ALIGN float panel[kPanelRows * kPanelColumns];
  for (Index column = 0; column < right.rows; column += kPanelColumns) {
    const Index columns = std::min(kPanelColumns, right.rows - column);
    for (Index first = 0; first < right.columns; first += kPanelRows) {
      const Index count = std::min(kPanelRows, right.columns - first);
      transpose(right, column, columns, first, count, panel);
      const PanelOperands operands{left.data + first, left.columns, panel, count, first > 0, result};
      multiply_panel(operands, column, columns);
    }
  }
  for (Index row = 0; row < left.rows; ++row) row_sums[row] = sum_of(left.row(row), left.columns);
}

}  // namespace gradclinic::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gradclinic {

HWY_EXPORT(product);
HWY_EXPORT(product_of_rows);

void small_product(const float* left, Index row_stride, Index inner_stride, View<const float> right, const float* start,
                   View<float> result) {
  HWY_DYNAMIC_DISPATCH(product)(left, row_stride, inner_stride, right, start, result);
}

void small_product_of_rows(View<const float> left, View<const float> right, View<float> result, float* row_sums) {
  HWY_DYNAMIC_DISPATCH(product_of_rows)(left, right, result, row_sums);
}

}  // namespace gradclinic
#endif
