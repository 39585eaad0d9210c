#pragma once

#include <memory>
#include <span>

#include "gradclinic/train/observer.h"

namespace gradclinic {

/// The Hessian of a batch's loss with respect to all parameters, as products with vectors: central differences of
/// gradients, (g(w + e v) - g(w - e v)) / 2e with e = 1e-6 / |v|, on a network of its own in double precision. Relative
/// error about 1e-6 where the loss is smooth; kinks (ReLU) that lie within e of w count as if they were smooth.
/// In training mode: batch norm sees the batch, dropout keeps one mask.
class BatchHessian {
 public:
  explicit BatchHessian(const Training& training);
  ~BatchHessian();

  /// Takes the network's present parameters and this batch.
  void set(const Training& training, View<const float> inputs, View<const float> targets);

  std::size_t size() const;  ///< number of parameters
  void multiply(std::span<const double> vector, std::span<double> result);

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace gradclinic
