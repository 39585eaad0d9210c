#include <algorithm>

#include "gradclinic/tensor/small_product.h"

// Highway 1.0.3 leaves AVX3_DL out of its targets, and then refuses to compile, where -march=native already implies it.
#define HWY_WANT_AVX3_DL
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "gradclinic/tensor/small_product_of_rows.cpp"
#include "hwy/foreach_target.h"  // compiles what follows once per instruction set
// After foreach_target.h.
#include "gradclinic/tensor/vectors-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace gradclinic::HWY_NAMESPACE {

// The weight gradient sums over the batch, which is the SIMD axis of both operands. Either each result is a sum of
// vectors along the batch, whose lanes are added at the end; or blocks of the right operand are transposed onto the
// stack, and tiles like small_product's add the products block after block.
constexpr int kDotColumns = HWY_TARGET <= HWY_AVX3 ? 4 : 2;  // beside 4 rows
constexpr Index kMostInCache = 4096;  // floats of the left operand, which every few columns read again
constexpr Index kPanelRows = 128;     // of the batch
// With AVX-512 the panel takes 32 KiB, the level-1 cache; AVX2's registers hold tiles of three vectors.
constexpr Index kPanelColumns = (HWY_TARGET <= HWY_AVX3 ? 4 : 3) * kLanes;

/// What tile is to small_product, for a panel of kPanelColumns columns that holds whole vectors.
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
        sums[r][v] = v == kVectors - 1 ? load_some(kTag, from + v * kLanes, last) : hn::LoadU(kTag, from + v * kLanes);
    }
  }
  const float* left = operands.left + row * operands.row_stride;
  const float* right = operands.panel;
  for (Index k = 0; k < operands.inner; ++k, ++left, right += kPanelColumns) {
    Vector loaded[kVectors];
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) loaded[v] = hn::Load(kTag, right + v * kLanes);
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) keep_loaded(loaded[v]);
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
    store_some(sums[r][kVectors - 1], kTag, to + (kVectors - 1) * kLanes, last);
  }
}

/// panel[b * kPanelColumns + c] = from(first_row + c, first_column + b), for `rows` rows (the panel's columns; those up
/// to the next multiple of the vector are zeros) and `columns` columns.
HWY_INLINE void transpose(View<const float> from, Index first_row, Index rows, Index first_column, Index columns,
                          float* panel) {
  constexpr Tag kTag;
#if HWY_TARGET != HWY_SCALAR
  const hn::Repartition<double, Tag> kPairs;
  const hn::CappedTag<float, 4> kBlock;
#endif
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
        row[i] = count == kLanes ? hn::LoadU(kTag, source[i] + c) : load_some(kTag, source[i] + c, count);
#if HWY_TARGET == HWY_SCALAR
      for (int i = 0; i < 4; ++i) {
        hn::Store(row[i], kTag, lanes[i]);
        for (Index j = 0; j < count; ++j) panel[(c + j) * kPanelColumns + r + i] = lanes[i][j];
      }
#else
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
#endif
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

#if HWY_TARGET != HWY_SCALAR
/// The sum of a vector's blocks of four lanes.
template <class AnyTag>
HWY_INLINE auto sum_of_blocks(AnyTag tag, hn::Vec<AnyTag> values) {
  if constexpr (hn::MaxLanes(tag) <= 4) {
    return values;
  } else {
    const hn::Half<AnyTag> half;
    return sum_of_blocks(half, hn::Add(hn::LowerHalf(half, values), hn::UpperHalf(half, values)));
  }
}
#endif

/// to[i * stride] = the sum of the lanes of sums[i], for kCount (1..4) vectors.
template <int kCount>
HWY_INLINE void store_sums(const Vector* sums, float* to, Index stride) {
  constexpr Tag kTag;
  HWY_ALIGN float totals[4];
#if HWY_TARGET == HWY_SCALAR
  for (int i = 0; i < kCount; ++i) totals[i] = hn::GetLane(hn::SumOfLanes(kTag, sums[i]));
#else
  const hn::Repartition<double, Tag> kPairs;
  const auto fold = [&](Vector one, Vector other) HWY_ATTR {
    return hn::Add(hn::InterleaveLower(kTag, one, other), hn::InterleaveUpper(kTag, one, other));
  };
  const auto low = hn::BitCast(kPairs, fold(sums[0], sums[kCount > 1 ? 1 : 0]));
  const auto high = kCount > 2 ? hn::BitCast(kPairs, fold(sums[2 % kCount], sums[kCount - 1])) : low;
  const Vector folded = hn::Add(hn::BitCast(kTag, hn::InterleaveLower(kPairs, low, high)),
                                hn::BitCast(kTag, hn::InterleaveUpper(kPairs, low, high)));
  hn::Store(sum_of_blocks(kTag, folded), hn::CappedTag<float, 4>(), totals);
#endif
  for (int i = 0; i < kCount; ++i) to[i * stride] = totals[i];
}

struct RowOperands {
  View<const float> left;
  View<const float> right;
  View<float> result;
};

/// kRows (at most 4) x kColumns results as sums along the batch.
template <int kRows, int kColumns>
HWY_INLINE void dot_tile(const RowOperands& operands, Index row, Index column) {
  constexpr Tag kTag;
  const Index batch = operands.left.columns;
  const float* left = operands.left.row(row);
  const float* right = operands.right.row(column);
  Vector sums[kRows][kColumns];
#pragma GCC unroll 4
  for (int r = 0; r < kRows; ++r)
#pragma GCC unroll 4
    for (int c = 0; c < kColumns; ++c) sums[r][c] = hn::Zero(kTag);
  const auto add = [&](auto load) HWY_ATTR {
    Vector loaded[kColumns];
#pragma GCC unroll 4
    for (int c = 0; c < kColumns; ++c) loaded[c] = load(right + c * batch);
#pragma GCC unroll 4
    for (int c = 0; c < kColumns; ++c) keep_loaded(loaded[c]);
#pragma GCC unroll 4
    for (int r = 0; r < kRows; ++r) {
      const Vector factor = load(left + r * batch);
#pragma GCC unroll 4
      for (int c = 0; c < kColumns; ++c) sums[r][c] = hn::MulAdd(factor, loaded[c], sums[r][c]);
    }
  };
  Index at = 0;
  for (; at + kLanes <= batch; at += kLanes)
    add([&](const float* from) HWY_ATTR { return hn::LoadU(kTag, from + at); });
  if (at < batch) add([&](const float* from) HWY_ATTR { return load_some(kTag, from + at, batch - at); });
  float* to = operands.result.row(row) + column;
  if constexpr (kColumns > kRows) {
#pragma GCC unroll 4
    for (int r = 0; r < kRows; ++r) store_sums<kColumns>(sums[r], to + r * operands.result.columns, 1);
  } else {
#pragma GCC unroll 4
    for (int c = 0; c < kColumns; ++c) {
      Vector column_sums[kRows];
#pragma GCC unroll 4
      for (int r = 0; r < kRows; ++r) column_sums[r] = sums[r][c];
      store_sums<kRows>(column_sums, to + c, operands.result.columns);
    }
  }
}

template <int kColumns>
HWY_NOINLINE void column_of_dots(const RowOperands& operands, Index column) {
  Index row = 0;
  for (; row + 4 <= operands.left.rows; row += 4) dot_tile<4, kColumns>(operands, row, column);
  for (; row + 2 <= operands.left.rows; row += 2) dot_tile<2, kColumns>(operands, row, column);
  for (; row < operands.left.rows; ++row) dot_tile<1, kColumns>(operands, row, column);
}

HWY_INLINE void multiply_dots(const RowOperands& operands, Index column, Index end) {
  for (; column + kDotColumns <= end; column += kDotColumns) column_of_dots<kDotColumns>(operands, column);
  if constexpr (kDotColumns > 2)
    for (; column + 2 <= end; column += 2) column_of_dots<2>(operands, column);
  for (; column < end; ++column) column_of_dots<1>(operands, column);
}

/// Whether sums along the batch take fewer instructions than tiles of a panel: for each result its vectors of the batch
/// and some to add their lanes, against whole vectors of results and the panel's transposition. The left operand must
/// stay in the level-1 cache, unless it is read but a few times.
HWY_INLINE bool dots_are_cheaper(Index rows, Index columns, Index batch) {
  const auto vectors = [](Index count) { return (count + kLanes - 1) / kLanes; };
  if (columns > kLanes && rows * batch > kMostInCache) return false;
  return rows * columns * (vectors(batch) + 4) < rows * vectors(columns) * batch + columns * batch / 3;
}

template <int kRows>
HWY_INLINE void sum_rows_together(View<const float> values, Index row, float* sums) {
  constexpr Tag kTag;
  Vector totals[kRows];
#pragma GCC unroll 4
  for (int r = 0; r < kRows; ++r) totals[r] = hn::Zero(kTag);
  for (Index at = 0; at < values.columns; at += kLanes) {
    const Index count = values.columns - at;
#pragma GCC unroll 4
    for (int r = 0; r < kRows; ++r) {
      const float* from = values.row(row + r) + at;
      totals[r] = hn::Add(totals[r], count >= kLanes ? hn::LoadU(kTag, from) : load_some(kTag, from, count));
    }
  }
  store_sums<kRows>(totals, sums + row, 1);
}

void sum_rows(View<const float> values, float* sums) {
  Index row = 0;
  for (; row + 4 <= values.rows; row += 4) sum_rows_together<4>(values, row, sums);
  for (; row < values.rows; ++row) sum_rows_together<1>(values, row, sums);
}

/// Adds up, panel after panel, what `columns` columns of the result hold.
void multiply_panels(const RowOperands& operands, Index column, Index columns) {
  HWY_ALIGN float panel[kPanelRows * kPanelColumns];
  for (Index first = 0; first < operands.right.columns; first += kPanelRows) {
    const Index count = std::min(kPanelRows, operands.right.columns - first);
    transpose(operands.right, column, columns, first, count, panel);
    multiply_panel({operands.left.data + first, operands.left.columns, panel, count, first > 0, operands.result},
                   column, columns);
  }
}

void product_of_rows(View<const float> left, View<const float> right, View<float> result, float* row_sums) {
  const RowOperands operands{left, right, result};
  const Index batch = left.columns;
  for (Index column = 0; column < right.rows; column += kPanelColumns) {
    const Index columns = std::min(kPanelColumns, right.rows - column);
    const Index rest = columns % kLanes;
    Index packed = columns;
    if (dots_are_cheaper(left.rows, columns, batch))
      packed = 0;
    else if (dots_are_cheaper(left.rows, rest, batch))
      packed -= rest;
    if (packed > 0) multiply_panels(operands, column, packed);
    multiply_dots(operands, column + packed, column + columns);
  }
  sum_rows(left, row_sums);
}

}  // namespace gradclinic::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gradclinic {

HWY_EXPORT(product_of_rows);

void small_product_of_rows(View<const float> left, View<const float> right, View<float> result, float* row_sums) {
  HWY_DYNAMIC_DISPATCH(product_of_rows)(left, right, result, row_sums);
}

}  // namespace gradclinic
#endif
