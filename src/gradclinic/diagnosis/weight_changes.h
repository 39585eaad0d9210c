#pragma once

#include <string>
#include <vector>

#include "gradclinic/logs/checkpoint.h"

namespace gradclinic {

/// What became of the tensors of one checkpoint in a later one.
struct WeightChanges {
  struct Change {
    std::string name;
    int layer = 0;        ///< as in WeightFacts
    double relative = 0;  ///< norm of the difference over the norm before; Inf where that was 0
  };
  std::vector<Change> changed;         ///< weight matrices that are finite in both
  std::vector<std::string> unchanged;  ///< any tensor of two or more numbers, not all the same, that is as it was
  std::vector<std::string> only_in_one;
  std::vector<std::string> other_shape;
  std::size_t compared = 0;     ///< tensors in both, of one shape
  std::size_t any_changed = 0;  ///< of these, such that are no longer equal
};

/// Compares tensors by their names. Throws BadInput when the two have none of the same shape in common.
WeightChanges compare_weights(const Checkpoint& before, const Checkpoint& after);

/// The number of each weight matrix, by its place among the checkpoint's tensors; 0 for other tensors.
std::vector<int> layer_numbers(const Checkpoint& checkpoint);

}  // namespace gradclinic
