#include "gradclinic/train/batches.h"

#include <algorithm>
#include <numeric>

namespace gradclinic {

Batches::Batches(const Dataset& data, Index batch, std::uint64_t seed)
    : data_(data),
      largest_(batch == 0 ? data.samples() : std::min<Index>(batch, data.samples())),
      per_epoch_((data.samples() + largest_ - 1) / largest_),
      generator_(seed),
      order_(static_cast<std::size_t>(data.samples())),
      inputs_(data.features(), largest_),
      targets_(data.targets.columns, largest_) {
  std::iota(order_.begin(), order_.end(), std::int64_t{0});
  if (per_epoch_ > 1) return;
  gather(data.inputs, inputs_.view(), 0);
  gather(data.targets, targets_.view(), 0);
}

Batch Batches::next() {
  if (per_epoch_ == 1) return {inputs_.view(), targets_.view()};
  if (position_ == 0) generator_.permutation(order_);
  const Index first = position_ * largest_;
  const Index size = std::min(largest_, data_.samples() - first);
  position_ = (position_ + 1) % per_epoch_;
  const View<float> inputs = inputs_.first_columns(size);
  const View<float> targets = targets_.first_columns(size);
  gather(data_.inputs, inputs, first);
  gather(data_.targets, targets, first);
  return {inputs, targets};
}

void Batches::gather(const Tensor<float>& from, View<float> into, Index first) const {
  constexpr Index kTile = 16;  // of samples: their rows stay in cache while the features are dealt out
  for (Index column = 0; column < into.columns; column += kTile) {
    const Index last = std::min(column + kTile, into.columns);
    for (Index feature = 0; feature < into.rows; ++feature)
      for (Index i = column; i < last; ++i) into(feature, i) = from.values[order_[first + i] * from.columns + feature];
  }
}

}  // namespace gradclinic
