#pragma once

#include <functional>
#include <span>
#include <vector>

namespace gradclinic {

/// What largest_eigenvalue found, and how far it is from exact.
struct EigenPair {
  double value = 0;     ///< v.Av for the last unit vector v
  double residual = 0;  ///< |Av - value v|: an eigenvalue of A lies within this of `value`
  int products = 0;     ///< products with the matrix that it took
};

/// result = A vector; both of one length.
using Product = std::function<void(std::span<const double> vector, std::span<double> result)>;

/// The largest eigenvalue, by sign, of the symmetric matrix behind `multiply`.
/// Power iteration that remembers its last direction: each step takes the vector of largest Rayleigh quotient among the
/// present one, its image and the last step (LOBPCG for one vector; Knyazev 2001, Toward the Optimal Preconditioned
/// Eigensolver). Plain power iteration finds the largest magnitude instead, and stalls between a positive and a
/// negative eigenvalue of like size, which is what the Hessian of an untrained deep network has. Starts at `vector`
/// (not all zeros) and leaves the eigenvector there, so that the next call on a matrix that has changed a little needs
/// few products. Stops once the residual is at most `tolerance` times |value|, or after `most_products`. A product that
/// is not finite gives NaN and leaves `vector` as it was.
EigenPair largest_eigenvalue(const Product& multiply, std::vector<double>& vector, double tolerance, int most_products);

}  // namespace gradclinic
