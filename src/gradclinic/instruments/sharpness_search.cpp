#include "gradclinic/instruments/sharpness_search.h"

#include <cmath>

namespace gradclinic {
namespace {

constexpr double kTolerance = 1e-2;
constexpr int kMostProducts = 100;
constexpr double kDisturbance = 0.1;

}  // namespace

std::vector<Column> sharpness_columns() { return {{"sharpness", 0}, {"sharpness.residual", 0}}; }

SharpnessSearch::SharpnessSearch(std::size_t parameters, std::uint64_t seed)
    : generator_(seed), vector_(parameters), noise_(parameters) {
  generator_.normal(std::span<double>(vector_));
}

EigenPair SharpnessSearch::find(const Product& multiply) {
  // A little noise, lest the search stay at an eigenvector that is no longer the largest one's.
  generator_.normal(std::span<double>(noise_), 0, kDisturbance / std::sqrt(static_cast<double>(noise_.size())));
  for (std::size_t i = 0; i < vector_.size(); ++i) vector_[i] += noise_[i];
  return largest_eigenvalue(multiply, vector_, kTolerance, kMostProducts);
}

}  // namespace gradclinic
