#pragma once

#include <vector>

#include "gradclinic/instruments/sink.h"
#include "gradclinic/net/tap.h"
#include "gradclinic/tensor/view.h"

namespace gradclinic {

/// Table "histograms" of a network from outside, with the columns that the gauge of that name has. Of each tensor up to
/// 4,096 entries are read, spread evenly over it, so that a tensor of millions costs no more than that. Modules are
/// numbered as in OutsideWatch.
class OutsideHistograms {
 public:
  explicit OutsideHistograms(int modules);

  /// Every tensor until the next `finish` is read.
  void want() { wanted_ = true; }
  void see(Quantity quantity, int module, View<const float> values);
  /// Of after - before, which have one size.
  void see_update(int module, View<const float> after, const float* before);
  /// Ends a step; appends a row as of it where one was wanted. `order`: the modules by layer.
  void finish(std::int64_t step, const std::vector<int>& order, Sink& sink);

 private:
  template <class EntryAt>
  void read(Quantity quantity, int module, Index size, EntryAt entry);
  float* bins(Quantity quantity, int module);

  std::vector<float> bins_;    // by module and quantity; NaN where nothing was seen
  std::vector<float> sample_;  // of the tensor that is being read
  std::vector<float> row_;
  bool wanted_ = false;
  bool opened_ = false;
};

}  // namespace gradclinic
