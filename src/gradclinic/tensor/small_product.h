#pragma once

#include "gradclinic/tensor/view.h"

namespace gradclinic {

// SIMD kernels (Google Highway, instruction set chosen at run time) for the products of small layers. They read their
// operands where they are: nothing is packed, nothing allocated, and a call costs next to nothing.

/// result(r, c) = start[r] + sum over k of left[r * row_stride + k * inner_stride] * right(k, c). `start` may be null.
void small_product(const float* left, Index row_stride, Index inner_stride, View<const float> right, const float* start,
                   View<float> result);

/// result(r, c) = sum over b of left(r, b) * right(c, b); row_sums[r] = sum over b of left(r, b).
void small_product_of_rows(View<const float> left, View<const float> right, View<float> result, float* row_sums);

}  // namespace gradclinic
