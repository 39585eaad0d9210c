#include "gradclinic/net/orthogonal.h"

#include <Eigen/QR>

#include "gradclinic/tensor/eigen.h"

namespace gradclinic {

template <class T>
void fill_orthogonal(View<T> weights, Generator& generator) {
  generator.normal(weights.flat());
  const bool wide = weights.rows < weights.columns;
  RowMajorMatrix<T> tall = matrix(weights);
  if (wide) tall.transposeInPlace();
  const Eigen::HouseholderQR<RowMajorMatrix<T>> decomposition(tall);
  RowMajorMatrix<T> q = decomposition.householderQ() * RowMajorMatrix<T>::Identity(tall.rows(), tall.cols());
  for (Index column = 0; column < q.cols(); ++column)
    if (decomposition.matrixQR()(column, column) < 0) q.col(column) *= -1;
  if (wide) q.transposeInPlace();
  matrix(weights) = q;
}

template void fill_orthogonal(View<float>, Generator&);
template void fill_orthogonal(View<double>, Generator&);

}  // namespace gradclinic
