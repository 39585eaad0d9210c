#include "gradclinic/instruments/largest_eigenvalue.h"

#include <gtest/gtest.h>

#include <Eigen/Eigenvalues>
#include <cmath>
#include <limits>

#include "gradclinic/tensor/generator.h"

namespace gradclinic {
namespace {

Eigen::MatrixXd random_symmetric(Eigen::Index size, std::uint64_t seed) {
  Eigen::MatrixXd matrix(size, size);
  Generator(seed).normal(std::span<double>(matrix.data(), static_cast<std::size_t>(matrix.size())));
  return matrix + matrix.transpose();
}

/// A random orthogonal basis with these eigenvalues.
Eigen::MatrixXd with_eigenvalues(const std::vector<double>& values, std::uint64_t seed) {
  const auto size = static_cast<Eigen::Index>(values.size());
  const Eigen::MatrixXd basis =
      Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(random_symmetric(size, seed)).eigenvectors();
  return basis * Eigen::Map<const Eigen::VectorXd>(values.data(), size).asDiagonal() * basis.transpose();
}

Product product_with(const Eigen::MatrixXd& matrix) {
  return [&matrix](std::span<const double> from, std::span<double> to) {
    const auto size = static_cast<Eigen::Index>(from.size());
    Eigen::Map<Eigen::VectorXd>(to.data(), size) = matrix * Eigen::Map<const Eigen::VectorXd>(from.data(), size);
  };
}

std::vector<double> random_vector(std::size_t size) {
  std::vector<double> vector(size);
  Generator(11).normal(std::span<double>(vector));
  return vector;
}

TEST(LargestEigenvalue, AgreesWithADenseDecomposition) {
  for (Eigen::Index size : {1, 2, 3, 5, 20, 60}) {
    const Eigen::MatrixXd matrix = random_symmetric(size, 7);
    const double expected = Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(matrix).eigenvalues().maxCoeff();
    std::vector<double> vector = random_vector(static_cast<std::size_t>(size));
    const EigenPair pair = largest_eigenvalue(product_with(matrix), vector, 1e-6, 500);
    EXPECT_NEAR(pair.value, expected, 1e-6 * std::abs(expected)) << size;
    EXPECT_LE(pair.residual, 1e-6 * std::abs(expected));
    const Eigen::Map<const Eigen::VectorXd> found(vector.data(), size);
    EXPECT_NEAR((matrix * found - expected * found).norm(), 0, 1e-5 * std::abs(expected)) << "the vector belongs to it";
  }
}

TEST(LargestEigenvalue, GoesByTheSignNotTheMagnitude) {
  for (const std::vector<double>& values :
       {std::vector<double>{-10, 1, 3, 0, 0.5}, {-10, 9.99, 0, 0, 1}, {-5, 5, 4, -4, 0}, {-1, -2, -3, -100}}) {
    const Eigen::MatrixXd matrix = with_eigenvalues(values, 3);
    std::vector<double> vector = random_vector(values.size());
    const double expected = *std::max_element(values.begin(), values.end());
    EXPECT_NEAR(largest_eigenvalue(product_with(matrix), vector, 1e-6, 100).value, expected, 1e-5);
  }
}

TEST(LargestEigenvalue, FindsAnOutlierAmongManySmallOnesInFewProducts) {
  std::vector<double> values(300);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::sin(static_cast<double>(i));
  values[17] = 8;
  const Eigen::MatrixXd matrix = with_eigenvalues(values, 5);
  std::vector<double> vector = random_vector(values.size());
  const EigenPair cold = largest_eigenvalue(product_with(matrix), vector, 1e-2, 100);
  EXPECT_NEAR(cold.value, 8, 0.01);
  EXPECT_LE(cold.products, 12);
  const EigenPair warm = largest_eigenvalue(product_with(matrix), vector, 1e-2, 100);
  EXPECT_EQ(warm.products, 1) << "it starts where it ended";
}

TEST(LargestEigenvalue, StopsAfterTheProductsItMayTake) {
  std::vector<double> values(200);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i);
  const Eigen::MatrixXd matrix = with_eigenvalues(values, 5);
  std::vector<double> vector = random_vector(values.size());
  const EigenPair pair = largest_eigenvalue(product_with(matrix), vector, 1e-12, 7);
  EXPECT_EQ(pair.products, 7);
  EXPECT_GT(pair.residual, 1e-3) << "and owns up to what is missing";
}

TEST(LargestEigenvalue, OfZeroIsZero) {
  const Eigen::MatrixXd matrix = Eigen::MatrixXd::Zero(4, 4);
  std::vector<double> vector = random_vector(4);
  EXPECT_EQ(largest_eigenvalue(product_with(matrix), vector, 1e-6, 10).value, 0);
}

TEST(LargestEigenvalue, OfWhatIsNotFiniteIsNotANumber) {
  Eigen::MatrixXd matrix = random_symmetric(4, 1);
  matrix(2, 2) = std::numeric_limits<double>::infinity();
  const std::vector<double> before = random_vector(4);
  std::vector<double> vector = before;
  EXPECT_TRUE(std::isnan(largest_eigenvalue(product_with(matrix), vector, 1e-6, 10).value));
  EXPECT_EQ(vector, before) << "the start of the next search is not spoilt";
}

}  // namespace
}  // namespace gradclinic
