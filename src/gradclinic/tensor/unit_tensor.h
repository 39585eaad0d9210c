#pragma once

#include "gradclinic/tensor/statistics.h"

namespace gradclinic {

/// A tensor as frameworks lay out a batch: outer x units x inner, the last contiguous. A linear layer's output is
/// (samples, features, 1), a sequence's (samples * time, features, 1), an image's (samples, channels, height * width).
struct UnitTensor {
  const float* data = nullptr;
  Index outer = 0;
  Index units = 0;
  Index inner = 1;

  Index size() const { return outer * units * inner; }
};

/// As measure() of a view whose rows are the units.
TensorStatistics measure(const UnitTensor& tensor, const UnitRule& rule);

/// Per unit: whether an entry differs from 0 (NaN does), and how many entries the rule calls saturated. Adds to what is
/// there; both hold one value per unit.
void count_units(const UnitTensor& tensor, const UnitRule& rule, unsigned char* alive, Index* saturated);

}  // namespace gradclinic
