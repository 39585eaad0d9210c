#include <algorithm>

#include "gradclinic/net/loss.h"
#include "gradclinic/tensor/eigen.h"

namespace gradclinic::losses {
namespace {

constexpr Index kChunk = 64;  // samples handled together: the row sums of a chunk stay in registers and L1

template <class T>
using ChunkArray = Eigen::Array<T, Eigen::Dynamic, 1, 0, kChunk, 1>;

template <class T>
double evaluate(View<const T> outputs, View<const T> targets, View<T> gradient) {
  const T share = T(1) / static_cast<T>(outputs.columns);
  double sum = 0;
  for (Index first = 0; first < outputs.columns; first += kChunk) {
    const Index size = std::min(kChunk, outputs.columns - first);
    const auto row = [&](auto view, Index index) { return array(view.row(index) + first, size); };
    ChunkArray<T> largest = row(outputs, 0);
    for (Index k = 1; k < outputs.rows; ++k) largest = largest.max(row(outputs, k));
    ChunkArray<T> total = ChunkArray<T>::Zero(size);
    for (Index k = 0; k < outputs.rows; ++k) total += (row(outputs, k) - largest).exp();
    const ChunkArray<T> log_total = total.log() + largest;
    for (Index i = 0; i < size; ++i)
      sum += static_cast<double>(log_total[i] - outputs(static_cast<Index>(targets.data[first + i]), first + i));
    if (!gradient.data) continue;
    for (Index k = 0; k < outputs.rows; ++k) row(gradient, k) = (row(outputs, k) - log_total).exp() * share;
    for (Index i = 0; i < size; ++i) gradient(static_cast<Index>(targets.data[first + i]), first + i) -= share;
  }
  return sum / static_cast<double>(outputs.columns);
}

double accuracy(View<const float> outputs, View<const float> targets) {
  Index right = 0;
  for (Index i = 0; i < outputs.columns; ++i) {
    Index best = 0;
    for (Index k = 1; k < outputs.rows; ++k)
      if (outputs(k, i) > outputs(best, i)) best = k;
    right += best == static_cast<Index>(targets.data[i]);
  }
  return static_cast<double>(right) / static_cast<double>(outputs.columns);
}

}  // namespace

Loss cross_entropy() {
  return {.id = "cross_entropy",
          .summary = "softmax and the negative log likelihood of the right class",
          .reference = "mean of log sum exp z - z[class]; torch.nn.CrossEntropyLoss",
          .classifies = true,
          .evaluate = &evaluate<float>,
          .evaluate64 = &evaluate<double>,
          .accuracy = &accuracy};
}

}  // namespace gradclinic::losses
