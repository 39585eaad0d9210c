#pragma once

#include <algorithm>
#include <vector>

#include "gradclinic/data/dataset.h"

namespace gradclinic {

/// Makes `data` a classification of `labels`, one a sample, numbered 0, 1, ... in their ascending order.
template <class Label>
void set_classes(Dataset& data, const std::vector<Label>& labels) {
  std::vector<Label> distinct = labels;
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  data.task = Task::classification;
  data.classes = static_cast<Index>(distinct.size());
  data.targets = Tensor<float>(static_cast<Index>(labels.size()), 1);
  std::transform(labels.begin(), labels.end(), data.targets.values.begin(), [&](const Label& label) {
    return static_cast<float>(std::lower_bound(distinct.begin(), distinct.end(), label) - distinct.begin());
  });
}

}  // namespace gradclinic
