#pragma once

#include <cstdint>

#include "gradclinic/data/dataset.h"
#include "gradclinic/net/loss.h"
#include "gradclinic/net/network.h"
#include "gradclinic/net/tap.h"
#include "gradclinic/spec/spec.h"
#include "gradclinic/train/outcome.h"

namespace gradclinic {

/// What a run consists of, for those who watch it or step in.
struct Training {
  const Spec& spec;
  const Split& data;
  const Loss& loss;
  Network<float>& network;
  std::int64_t total_steps = 0;
  std::int64_t largest_batch = 0;
};

/// One step's numbers, taken before the parameters move (as the notebook's loop does).
struct StepSummary {
  std::int64_t step = 0;  ///< counts from 0
  double loss = 0;        ///< mean over the batch
  double accuracy = 0;    ///< share of the batch; NaN for regression
  double lr = 0;          ///< after warm-up and schedule
  double gradient_norm =
      0;  ///< L2 over all parameters, before clipping; NaN in steps that neither clip nor are watched
  double clipped_gradient_norm = 0;  ///< after clipping
  View<const float> inputs;          ///< the batch, features x batch
  View<const float> targets;
};

/// after - before, in the memory of `before`.
inline View<const float> subtract(View<const float> after, View<float> before) {
  for (Index i = 0; i < before.size(); ++i) before.data[i] = after.data[i] - before.data[i];
  return before;
}

/// Reads a run; never changes it. With and without observers the parameters are bit-identical.
/// Order per step: wants_tensors; see, while each tensor is hot in cache: forward layer by layer, then backward down to
/// the first layer, weight_grad (before clipping) after pre_activation_grad; then, layer by layer, weight after the
/// optimizer's update, and see_update; on_step.
class Observer : public Tap {
 public:
  virtual void on_start(const Training& training) = 0;
  /// Whether `see` is to be called in this step; also turns the gradient norm on.
  virtual bool wants_tensors(std::int64_t step) = 0;
  void see(Quantity quantity, int layer, View<const float> values) override = 0;
  /// The update of a layer's weights is `after - before`, in float. `before` may be overwritten. Unless overridden,
  /// see(update) gets the difference.
  virtual void see_update(int layer, View<const float> after, View<float> before) {
    see(Quantity::update, layer, subtract(after, before));
  }
  virtual void on_step(const Training& training, const StepSummary& summary) = 0;
  /// After each epoch (or every full-batch step at which tensors are wanted), when samples are held out.
  virtual void on_validation(std::int64_t step, double loss, double accuracy) = 0;
  virtual void on_end(const Outcome& outcome) = 0;
};

/// May change a run: called after backward and clipping, before the optimizer moves the parameters.
class Intervention {
 public:
  virtual ~Intervention() = default;
  virtual void before_update(const Training& training, std::int64_t step, double& lr) = 0;
};

}  // namespace gradclinic
