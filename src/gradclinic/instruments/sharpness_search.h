#pragma once

#include <vector>

#include "gradclinic/instruments/largest_eigenvalue.h"
#include "gradclinic/instruments/sink.h"
#include "gradclinic/tensor/generator.h"

namespace gradclinic {

/// The columns of the gauge sharpness, in the order of an EigenPair's value and residual.
std::vector<Column> sharpness_columns();

/// The largest eigenvalue of a Hessian that changes from step to step: the last eigenvector, disturbed a little, starts
/// the next search (see largest_eigenvalue), which ends at a residual of a hundredth or after 100 products.
class SharpnessSearch {
 public:
  SharpnessSearch(std::size_t parameters, std::uint64_t seed);

  std::size_t size() const { return vector_.size(); }  ///< number of parameters
  EigenPair find(const Product& multiply);

 private:
  Generator generator_;
  std::vector<double> vector_;
  std::vector<double> noise_;
};

}  // namespace gradclinic
