#pragma once

#include <cstdint>
#include <vector>

#include "gradclinic/data/dataset.h"
#include "gradclinic/tensor/tensor.h"

namespace gradclinic {

/// One batch: inputs features x batch, targets outputs x batch.
struct Batch {
  View<const float> inputs;
  View<const float> targets;
};

/// Deals a data set in batches, reshuffled every epoch by a generator of its own; the last of an epoch may be smaller.
/// A batch of 0, or of all samples, is the full batch in its own order. Allocates only when made.
class Batches {
 public:
  Batches(const Dataset& data, Index batch, std::uint64_t seed);

  std::int64_t per_epoch() const { return per_epoch_; }
  Index largest() const { return largest_; }
  /// Valid until the next call.
  Batch next();

 private:
  void gather(const Tensor<float>& from, View<float> into, Index first) const;

  const Dataset& data_;
  Index largest_;
  std::int64_t per_epoch_;
  std::int64_t position_ = 0;  // batches dealt in this epoch
  Generator generator_;
  std::vector<std::int64_t> order_;
  Tensor<float> inputs_;
  Tensor<float> targets_;
};

}  // namespace gradclinic
