#include "gradclinic/fixes/midway.h"

#include <algorithm>
#include <cmath>

#include "gradclinic/net/activation.h"
#include "gradclinic/net/initializer.h"
#include "gradclinic/train/clip.h"

namespace gradclinic {
namespace {

constexpr std::uint64_t kStream = 5'000'011;
constexpr Index kSamples = 512;

/// The largest |activation| of every hidden unit over all that is shown.
class LargestActivations : public Tap {
 public:
  explicit LargestActivations(int layers) : largest_(static_cast<std::size_t>(layers) + 1) {}

  void see(Quantity quantity, int layer, View<const float> values) override {
    if (quantity != Quantity::activation) return;
    std::vector<float>& largest = largest_[static_cast<std::size_t>(layer)];
    largest.resize(static_cast<std::size_t>(values.rows));
    for (Index row = 0; row < values.rows; ++row)
      for (Index column = 0; column < values.columns; ++column)
        largest[static_cast<std::size_t>(row)] =
            std::max(largest[static_cast<std::size_t>(row)], std::abs(values(row, column)));
  }
  bool is_dead(int layer, Index unit) const {
    const std::vector<float>& largest = largest_[static_cast<std::size_t>(layer)];
    return static_cast<std::size_t>(unit) < largest.size() && largest[static_cast<std::size_t>(unit)] == 0;
  }

 private:
  std::vector<std::vector<float>> largest_;
};

/// Up to kSamples training samples, spread evenly, in batches that the network has room for.
void show_samples(const Training& training, LargestActivations& tap) {
  const Tensor<float>& inputs = training.data.training.inputs;
  const Index count = std::min<Index>(kSamples, inputs.rows);
  for (Index first = 0; first < count; first += training.largest_batch) {
    const Index size = std::min<Index>(training.largest_batch, count - first);
    Tensor<float> batch(inputs.columns, size);
    for (Index i = 0; i < size; ++i)
      for (Index feature = 0; feature < inputs.columns; ++feature)
        batch.view()(feature, i) = inputs.view()((first + i) * inputs.rows / count, feature);
    training.network.forward(batch.view(), {.training = false, .tap = &tap});
  }
}

/// A model whose initializer draws different weights for different units.
ModelSpec with_random_initializer(ModelSpec model) {
  if (model.init == "constant" || (model.init == "normal" && model.init_std == 0)) model.init = "he_normal";
  return model;
}

}  // namespace

std::int64_t reinitialize_dead(const Training& training) {
  if (!find_activation(training.spec.model.activation).can_die) return 0;
  const ModelSpec model = with_random_initializer(training.spec.model);
  const Initializer& initializer = find_initializer(model.init);
  LargestActivations seen(training.network.depth());
  show_samples(training, seen);
  Generator generator(training.spec.seed + kStream);
  std::int64_t count = 0;
  for (const Parameter<float>& parameter : training.network.parameters()) {
    const View<float> value = parameter.value;
    if (parameter.name == "weight") {
      Tensor<float> fresh(value.rows, value.columns);
      initializer.fill(fresh.view(), value.rows, model, generator);
      for (Index unit = 0; unit < value.rows; ++unit) {
        const bool dead = seen.is_dead(parameter.layer, unit);
        count += dead ? 1 : 0;
        for (Index input = 0; input < value.columns; ++input)
          if (dead)
            value(unit, input) = fresh.view()(unit, input) * static_cast<float>(model.init_gain);
          else if (seen.is_dead(parameter.layer - 1, input))
            value(unit, input) = 0;
      }
    } else if (parameter.name == "bias") {
      for (Index unit = 0; unit < value.size(); ++unit)
        if (seen.is_dead(parameter.layer, unit)) value.data[unit] = 0;
    }
  }
  return count;
}

void MidwayTreatment::before_update(const Training& training, std::int64_t step, double& lr) {
  if (step < from_) return;
  lr *= change_.rate_factor;
  if (change_.clip_norm > 0) {
    const std::span<float> gradients = training.network.gradients();
    clip_by_norm(gradients, gradient_norm(gradients), change_.clip_norm);
  }
  if (change_.reinitialize_dead && step == from_) reinitialize_dead(training);
}

}  // namespace gradclinic
