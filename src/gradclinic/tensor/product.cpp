#include "gradclinic/tensor/product.h"

#include <cblas.h>

#include "gradclinic/tensor/eigen.h"
#include "gradclinic/tensor/small_product.h"

namespace gradclinic {
namespace {

// Measured (bench/run): up to here our kernels win, as nothing needs packing; beyond, BLAS's blocking pays.
constexpr Index kLargestSmallLayer = 700 * 700;

bool is_small(View<const float> weights) { return weights.size() <= kLargestSmallLayer; }

void gemm(CBLAS_TRANSPOSE left_transpose, CBLAS_TRANSPOSE right_transpose, View<const float> left,
          View<const float> right, float keep, View<float> result) {
  const int inner = static_cast<int>(left_transpose == CblasNoTrans ? left.columns : left.rows);
  cblas_sgemm(CblasRowMajor, left_transpose, right_transpose, static_cast<int>(result.rows),
              static_cast<int>(result.columns), inner, 1, left.data, static_cast<int>(left.columns), right.data,
              static_cast<int>(right.columns), keep, result.data, static_cast<int>(result.columns));
}

}  // namespace

template <>
void multiply_forward(View<const float> weights, View<const float> input, const float* bias, View<float> output) {
  if (is_small(weights)) return small_product(weights.data, weights.columns, 1, input, bias, output);
  for (Index row = 0; row < output.rows; ++row) array(output.row(row), output.columns).setConstant(bias[row]);
  gemm(CblasNoTrans, CblasNoTrans, weights, input, 1, output);
}

template <>
void multiply_backward(View<const float> weights, View<const float> output_gradient, View<float> input_gradient) {
  if (is_small(weights))
    return small_product(weights.data, 1, weights.columns, output_gradient, nullptr, input_gradient);
  gemm(CblasTrans, CblasNoTrans, weights, output_gradient, 0, input_gradient);
}

template <>
void multiply_weight_gradient(View<const float> output_gradient, View<const float> input, View<float> weight_gradient,
                              float* bias_gradient) {
  if (is_small(weight_gradient)) return small_product_of_rows(output_gradient, input, weight_gradient, bias_gradient);
  gemm(CblasNoTrans, CblasTrans, output_gradient, input, 0, weight_gradient);
  for (Index row = 0; row < output_gradient.rows; ++row)
    bias_gradient[row] = array(output_gradient.row(row), output_gradient.columns).sum();
}

// Double precision serves the checks: Eigen's products are plain enough.
template <>
void multiply_forward(View<const double> weights, View<const double> input, const double* bias, View<double> output) {
  matrix(output).noalias() = matrix(weights) * matrix(input);
  matrix(output).colwise() += array(bias, output.rows).matrix();
}

template <>
void multiply_backward(View<const double> weights, View<const double> output_gradient, View<double> input_gradient) {
  matrix(input_gradient).noalias() = matrix(weights).transpose() * matrix(output_gradient);
}

template <>
void multiply_weight_gradient(View<const double> output_gradient, View<const double> input,
                              View<double> weight_gradient, double* bias_gradient) {
  matrix(weight_gradient).noalias() = matrix(output_gradient) * matrix(input).transpose();
  array(bias_gradient, output_gradient.rows) = matrix(output_gradient).rowwise().sum().array();
}

}  // namespace gradclinic
