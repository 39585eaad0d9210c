#include "gradclinic/diagnosis/weight_changes.h"

#include <algorithm>
#include <cmath>

#include "gradclinic/diagnosis/weight_facts.h"
#include "gradclinic/support/error.h"

namespace gradclinic {
namespace {

/// Statistics that a forward pass changes, training or not.
bool is_running_statistic(const std::string& name) {
  return name.ends_with("running_mean") || name.ends_with("running_var") || name.ends_with("moving_mean") ||
         name.ends_with("moving_variance");
}

/// A tensor like a bias of zeros or a scale of ones may be meant to stay as it is.
bool says_something(const StoredTensor& tensor) {
  const std::vector<double> values = values_of(tensor);
  return std::ranges::any_of(values, [&](double value) { return value != values.front(); });
}

}  // namespace

std::vector<int> layer_numbers(const Checkpoint& checkpoint) {
  std::vector<int> numbers;
  int layers = 0;
  for (const StoredTensor& tensor : checkpoint.tensors()) numbers.push_back(is_weight_matrix(tensor) ? ++layers : 0);
  return numbers;
}

WeightChanges compare_weights(const Checkpoint& before, const Checkpoint& after) {
  WeightChanges changes;
  const std::vector<int> layers = layer_numbers(after);
  for (const StoredTensor& tensor : before.tensors())
    if (!tensor.raw.empty() && !after.find(tensor.name)) changes.only_in_one.push_back(tensor.name);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const StoredTensor& tensor = after.tensors()[i];
    if (tensor.raw.empty()) continue;
    const StoredTensor* const earlier = before.find(tensor.name);
    if (!earlier || earlier->raw.empty()) {
      changes.only_in_one.push_back(tensor.name);
      continue;
    }
    if (earlier->shape != tensor.shape) {
      changes.other_shape.push_back(tensor.name);
      continue;
    }
    if (is_running_statistic(tensor.name)) continue;
    ++changes.compared;
    if (are_equal(*earlier, tensor)) {
      if (says_something(tensor)) changes.unchanged.push_back(tensor.name);
      continue;
    }
    ++changes.any_changed;
    const double relative = layers[i] > 0 ? relative_change(*earlier, tensor) : std::nan("");
    if (!std::isnan(relative)) changes.changed.push_back({tensor.name, layers[i], relative});
  }
  if (changes.compared == 0)
    throw BadInput(after.path(), "has no tensor in common with " + before.path(), "",
                   "name two checkpoints of one network, the earlier first");
  return changes;
}

}  // namespace gradclinic
