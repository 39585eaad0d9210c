#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "gradclinic/instruments/outside_watch.h"
#include "layers.h"

namespace gradclinic::torch {

/// Output and target of a loss operation, as the network's loss is computed from them.
struct SeenLoss {
  std::string loss;  ///< an id of net/losses; empty where no known loss was seen
  at::Tensor output;
  at::Tensor target;
};

/// Reads, operation by operation, what a network computes, and shows it to an OutsideWatch: a layer's output (behind
/// its norm, where it has one) as pre-activation, what the activation function behind it makes of it, and the gradients
/// that come back to both. Layers are known by their parameters, what stands behind them by following their outputs;
/// so it does not matter whether modules or functions are called, nor from which language the network comes.
/// A layer that computes twice in a pass is seen the first time. Nothing is changed, and no tensor is held beyond the
/// pass. Nothing is thrown into the network's computation: see failure().
/// Only the thread that begins a pass is watched (at::RecordFunction's thread-local callbacks), and only while
/// gradients are computed: not under NoGradGuard.
class OpWatch {
 public:
  enum class Look {
    step,    ///< shows statistics of the step, gradients among them
    survey,  ///< adds activations to the next survey
    order    ///< only learns
  };

  /// `watch` numbers modules as `layers` does.
  OpWatch(OutsideWatch& watch, std::vector<Layer> layers);
  ~OpWatch();
  OpWatch(const OpWatch&) = delete;
  OpWatch& operator=(const OpWatch&) = delete;

  /// A pass begins on this thread. Gradients are seen until the next one, or until end_gradients.
  void begin(Look look);
  /// The forward part of the pass is over; call it on the same thread, and not from autograd's.
  void end();
  void end_gradients();

  const std::vector<Layer>& layers() const;
  /// Places in layers(), in the order in which the last pass called them.
  const std::vector<int>& order() const;
  /// Whether the first pass has added a signal to what was computed from it.
  bool residual() const;
  /// The largest share that a dropout has dropped.
  double dropout() const;
  /// Multiplications and additions of the last pass's layers, forward.
  double operations() const;
  /// Whether the next passes keep what a loss is computed from, and what the first layer reads; and whether steps add
  /// to the next survey too, for want of another sample.
  void want_samples(bool want);
  /// Of the last pass.
  SeenLoss take_loss();
  at::Tensor take_inputs();

  /// What is called after the backward pass of a step, once per pass; it may not throw.
  void on_backward(std::function<void()> call);
  /// Why the watching has ended, if it has; empty while all is well.
  const std::string& failure() const;

  struct State;  ///< shared with the hooks of autograd's graph, which may outlive the watch

 private:
  std::shared_ptr<State> state_;
};

}  // namespace gradclinic::torch
