#include "gradclinic/instruments/effective_rank.h"

#include <Eigen/Eigenvalues>
#include <cmath>
#include <limits>

#include "gradclinic/instruments/gauge.h"
#include "gradclinic/tensor/eigen.h"

namespace gradclinic {

double effective_rank(View<const float> values) {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  if (values.size() == 0) return kNaN;
  const RowMajorMatrix<double> wide = matrix(values).cast<double>();
  if (!wide.allFinite()) return kNaN;
  Eigen::MatrixXd gram;
  if (values.rows <= values.columns)
    gram.noalias() = wide * wide.transpose();
  else
    gram.noalias() = wide.transpose() * wide;
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(gram, Eigen::EigenvaluesOnly);
  constexpr double kRounding = 1e-12;  // of eigenvalues, which are squares
  const Eigen::ArrayXd eigenvalues = solver.eigenvalues().array();
  const Eigen::ArrayXd singular = (eigenvalues > kRounding * eigenvalues.maxCoeff()).select(eigenvalues, 0).sqrt();
  const double sum = singular.sum();
  if (sum == 0) return 0;
  double entropy = 0;
  for (double value : singular) {
    const double share = value / sum;
    if (share > 0) entropy -= share * std::log(share);
  }
  return std::exp(entropy);
}

std::vector<Column> effective_rank_columns(int depth) {
  std::vector<Column> columns;
  for (int layer = 1; layer <= layers_with(Quantity::activation, depth); ++layer)
    columns.push_back({"activation.effective_rank", layer});
  return columns;
}

}  // namespace gradclinic
