#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "gradclinic/instruments/outside_watch.h"
#include "gradclinic/spec/spec.h"
#include "layers.h"
#include "objective.h"
#include "op_watch.h"
#include "trainee.h"

namespace torch::optim {
class Optimizer;
}

namespace gradclinic::torch {

/// One training's steps by the spec's [train], with what a watch sees of them. The order of batches, when to look and
/// when to stop are its caller's.
class WatchedTraining {
 public:
  /// `layers` are numbered as the watch's modules.
  WatchedTraining(Trainee trainee, std::vector<Layer> layers, OutsideWatch& watch, const TrainSpec& train);
  ~WatchedTraining();

  /// Passes a few samples through, in the mode that the trainee is in, to learn which layers compute, and in which
  /// order; returns what comes out.
  at::Tensor try_out(const at::Tensor& inputs);

  OpWatch& ops() { return ops_; }
  /// Layers in the order in which they compute, as the watch numbers them and as they are.
  const std::vector<int>& called() const { return called_; }
  std::vector<Layer> called_layers() const;

  /// One update; returns the loss before it. A loss that is not finite is followed by no update.
  /// `looks`: a row of table "step" is recorded.
  double step(std::int64_t step, std::int64_t planned, const Examples& batch, bool looks);
  /// A row of table "survey" of a sample, in evaluation mode and in batches of so many at most; leaves the trainee in
  /// evaluation mode. Without `looks` of loss and accuracies alone.
  void survey(std::int64_t steps_done, const Examples& sample, std::int64_t batch, bool looks);
  /// Of samples held out, in evaluation mode, in which it leaves the trainee.
  void validate(std::int64_t step, const Examples& held, std::int64_t batch);

 private:
  void see_gradients();
  void see_update(OutsideStep& seen);
  Evaluation evaluate(const Examples& examples, std::int64_t batch, bool looks);
  const at::Tensor& weight(int index) const { return ops_.layers()[static_cast<std::size_t>(index)].weight; }

  Trainee trainee_;
  OutsideWatch& watch_;
  const TrainSpec train_;
  OpWatch ops_;
  std::vector<int> called_;
  std::shared_ptr<::torch::optim::Optimizer> optimizer_;
};

}  // namespace gradclinic::torch
