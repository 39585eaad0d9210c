#include "gradclinic/instruments/largest_eigenvalue.h"

#include <Eigen/Eigenvalues>
#include <cmath>
#include <limits>

namespace gradclinic {
namespace {

using Vector = Eigen::VectorXd;

/// A vector with its image under the matrix.
struct Pair {
  Vector vector;
  Vector image;
};

Pair with_image(const Product& multiply, Vector vector) {
  const auto size = static_cast<std::size_t>(vector.size());
  Pair pair{std::move(vector), Vector(static_cast<Eigen::Index>(size))};
  multiply({pair.vector.data(), size}, {pair.image.data(), size});
  return pair;
}

Pair combine(const std::vector<Pair>& basis, const Vector& weights) {
  Pair result{weights[0] * basis[0].vector, weights[0] * basis[0].image};
  for (std::size_t i = 1; i < basis.size(); ++i) {
    result.vector += weights[static_cast<Eigen::Index>(i)] * basis[i].vector;
    result.image += weights[static_cast<Eigen::Index>(i)] * basis[i].image;
  }
  return result;
}

/// The weights of the combination of an orthonormal basis with the largest Rayleigh quotient.
Vector best_combination(const std::vector<Pair>& basis) {
  const auto size = static_cast<Eigen::Index>(basis.size());
  Eigen::MatrixXd projected(size, size);
  for (Eigen::Index i = 0; i < size; ++i)
    for (Eigen::Index j = 0; j <= i; ++j) projected(i, j) = basis[i].vector.dot(basis[j].image);
  return Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(projected).eigenvectors().rightCols<1>();
}

/// Makes `vector` orthogonal to the basis and of length 1; false when nothing is left of it.
bool add_direction(const std::vector<Pair>& basis, Vector& vector) {
  const double before = vector.norm();
  // Twice is enough (Kahan; Parlett, The Symmetric Eigenvalue Problem, section 6.9).
  for (int round = 0; round < 2; ++round)
    for (const Pair& pair : basis) vector -= pair.vector.dot(vector) * pair.vector;
  const double after = vector.norm();
  if (!(after > 1e-12 * before)) return false;
  vector /= after;
  return true;
}

}  // namespace

EigenPair largest_eigenvalue(const Product& multiply, std::vector<double>& start, double tolerance, int most_products) {
  const Vector first = Eigen::Map<const Vector>(start.data(), static_cast<Eigen::Index>(start.size()));
  std::vector<Pair> basis = {with_image(multiply, first.normalized())};  // the present vector, then the last step
  EigenPair result{.products = 1};
  while (true) {
    const Pair& present = basis.front();
    result.value = present.vector.dot(present.image);
    Vector residual = present.image - result.value * present.vector;
    result.residual = residual.norm();
    if (!std::isfinite(result.value) || !std::isfinite(result.residual)) {
      result.value = result.residual = std::numeric_limits<double>::quiet_NaN();
      return result;
    }
    if (result.residual <= tolerance * std::abs(result.value) || result.products >= most_products) break;
    if (!add_direction(basis, residual)) break;
    basis.push_back(with_image(multiply, std::move(residual)));
    ++result.products;
    if (!basis.back().image.allFinite()) {
      result.value = result.residual = std::numeric_limits<double>::quiet_NaN();
      return result;
    }
    const Vector weights = best_combination(basis);
    // The step is what the new vector takes from the other directions, less its share along the new vector.
    Vector step_weights = weights;
    step_weights[0] = 0;
    step_weights -= step_weights.dot(weights) * weights;
    std::vector<Pair> next = {combine(basis, weights)};
    if (step_weights.norm() > 1e-12) next.push_back(combine(basis, step_weights.normalized()));
    basis = std::move(next);
  }
  Eigen::Map<Vector>(start.data(), first.size()) = basis.front().vector;
  return result;
}

}  // namespace gradclinic
