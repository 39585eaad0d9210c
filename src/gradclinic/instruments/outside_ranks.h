#pragma once

#include <vector>

#include "gradclinic/instruments/sink.h"
#include "gradclinic/tensor/unit_tensor.h"

namespace gradclinic {

/// Table "rank" of a network from outside, with the columns that the gauge effective_rank has: of each layer's
/// activations as a matrix of units x (outer x inner), of an image's channels over samples and places. Modules are
/// numbered as in OutsideWatch.
class OutsideRanks {
 public:
  explicit OutsideRanks(int modules);

  /// Activations until the next `finish` are measured.
  void want() { wanted_ = true; }
  void see(int module, const UnitTensor& activations);
  /// Ends a step; appends a row as of it where one was wanted. `order`: the modules by layer.
  void finish(std::int64_t step, const std::vector<int>& order, Sink& sink);

 private:
  std::vector<float> ranks_;   // by module; NaN where nothing was seen
  std::vector<float> matrix_;  // of the activations that are being measured
  bool wanted_ = false;
  bool opened_ = false;
};

}  // namespace gradclinic
