#include "gradclinic/instruments/effective_rank.h"

#include <gtest/gtest.h>

#include <Eigen/SVD>
#include <cmath>
#include <limits>

#include "gradclinic/tensor/generator.h"
#include "gradclinic/tensor/tensor.h"

namespace gradclinic {
namespace {

/// By its definition, from a singular value decomposition of the matrix itself.
double slow_rank(const Tensor<float>& tensor) {
  Eigen::Matrix<long double, Eigen::Dynamic, Eigen::Dynamic> matrix(tensor.rows, tensor.columns);
  for (Index row = 0; row < tensor.rows; ++row)
    for (Index column = 0; column < tensor.columns; ++column) matrix(row, column) = tensor.view()(row, column);
  const auto singular = Eigen::JacobiSVD(matrix).singularValues();
  long double entropy = 0;
  for (long double value : singular)
    if (value > 0) entropy -= value / singular.sum() * std::log(value / singular.sum());
  return static_cast<double>(std::exp(entropy));
}

Tensor<float> random_matrix(Index rows, Index columns, float scale = 1) {
  Tensor<float> tensor(rows, columns);
  Generator(5).normal(tensor.view().flat(), 0.0F, scale);
  return tensor;
}

TEST(EffectiveRank, AgreesWithASingularValueDecomposition) {
  for (const auto& [rows, columns] : {std::pair{1, 1}, {1, 9}, {9, 1}, {7, 30}, {30, 7}, {20, 20}}) {
    const Tensor<float> tensor = random_matrix(rows, columns);
    EXPECT_NEAR(effective_rank(tensor.view()), slow_rank(tensor), 1e-6 * slow_rank(tensor)) << rows << "x" << columns;
  }
}

TEST(EffectiveRank, FallsWhereDirectionsAreWeak) {
  Tensor<float> tensor = random_matrix(12, 40);
  for (Index row = 0; row < 12; ++row)
    for (Index column = 0; column < 40; ++column) tensor.view()(row, column) *= std::pow(0.3F, static_cast<float>(row));
  const double expected = slow_rank(tensor);
  EXPECT_LT(expected, 4);
  EXPECT_NEAR(effective_rank(tensor.view()), expected, 1e-3 * expected);
}

TEST(EffectiveRank, OfKnownMatrices) {
  Tensor<float> diagonal(6, 6);
  for (Index i = 0; i < 6; ++i) diagonal.view()(i, i) = -3;
  EXPECT_NEAR(effective_rank(diagonal.view()), 6, 1e-9);
  Tensor<float> outer(40, 60);
  for (Index row = 0; row < 40; ++row)
    for (Index column = 0; column < 60; ++column)
      outer.view()(row, column) = 0.1F * static_cast<float>(row + 1) * (static_cast<float>(column) - 7.3F);
  EXPECT_NEAR(effective_rank(outer.view()), 1, 1e-3);
  EXPECT_EQ(effective_rank(Tensor<float>(4, 5).view()), 0);
}

TEST(EffectiveRank, DoesNotDependOnTheScale) {
  const double expected = effective_rank(random_matrix(8, 11).view());
  for (float scale : {1e-30F, 1e-10F, 1e30F})
    EXPECT_NEAR(effective_rank(random_matrix(8, 11, scale).view()), expected, 1e-5) << scale;
}

TEST(EffectiveRank, IsNotANumberWithoutOne) {
  EXPECT_TRUE(std::isnan(effective_rank(Tensor<float>(0, 4).view())));
  Tensor<float> tensor = random_matrix(3, 3);
  tensor.values[4] = std::numeric_limits<float>::infinity();
  EXPECT_TRUE(std::isnan(effective_rank(tensor.view())));
}

}  // namespace
}  // namespace gradclinic
