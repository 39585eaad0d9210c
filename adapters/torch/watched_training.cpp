#include "watched_training.h"

#include <ATen/ATen.h>
#include <torch/optim/optimizer.h>

#include <algorithm>
#include <cmath>

#include "gradclinic/train/schedule.h"
#include "optimizer.h"
#include "tensors.h"

namespace gradclinic::torch {

WatchedTraining::WatchedTraining(Trainee trainee, std::vector<Layer> layers, OutsideWatch& watch,
                                 const TrainSpec& train)
    : trainee_(std::move(trainee)),
      watch_(watch),
      train_(train),
      ops_(watch, std::move(layers)),
      optimizer_(make_optimizer(train, trainee_.parameters)) {}

WatchedTraining::~WatchedTraining() = default;

at::Tensor WatchedTraining::try_out(const at::Tensor& inputs) {
  struct Looking {
    OpWatch& ops;
    ~Looking() { ops.end(); }
  } looking{ops_};
  ops_.begin(OpWatch::Look::order);
  const at::Tensor output = trainee_.forward(inputs);
  ops_.end();
  called_ = ops_.order();
  return output;
}

std::vector<Layer> WatchedTraining::called_layers() const {
  std::vector<Layer> layers;
  for (const int index : called_) layers.push_back(ops_.layers()[static_cast<std::size_t>(index)]);
  return layers;
}

double WatchedTraining::step(std::int64_t step, std::int64_t planned, const Examples& batch, bool looks) {
  if (looks) ops_.begin(OpWatch::Look::step);
  const at::Tensor output = trainee_.forward(batch.inputs);
  const at::Tensor loss = loss_of(train_.loss, output, batch.targets);
  ops_.end();
  optimizer_->zero_grad();
  loss.backward();
  ops_.end_gradients();
  OutsideStep seen{.step = step, .loss = loss.item<double>(), .lr = scheduled_rate(train_, step, planned)};
  if (looks) {
    see_gradients();
    seen.accuracy = accuracy_of(right(train_.loss, output.detach(), batch.targets), batch.targets).all;
    seen.gradient_norm = seen.clipped_gradient_norm = gradient_norm(trainee_.parameters);
  }
  if (clip(train_, trainee_.parameters) && looks) seen.clipped_gradient_norm = gradient_norm(trainee_.parameters);
  if (looks)
    for (const int index : called_) watch_.keep(index, flat(plain(weight(index))));
  if (std::isfinite(seen.loss)) update(*optimizer_, seen.lr);
  if (looks) see_update(seen);
  return seen.loss;
}

void WatchedTraining::see_gradients() {
  for (const int index : called_) {
    const at::Tensor gradient = plain(weight(index).grad());
    if (gradient.defined())
      watch_.see(Quantity::weight_grad, index, {gradient.data_ptr<float>(), 1, gradient.numel(), 1});
  }
}

void WatchedTraining::see_update(OutsideStep& seen) {
  for (const int index : called_) watch_.see_weights(index, flat(plain(weight(index))));
  watch_.end_step(seen);
}

Evaluation WatchedTraining::evaluate(const Examples& examples, std::int64_t batch, bool looks) {
  const std::int64_t count = examples.inputs.size(0);
  double sum = 0;
  std::vector<at::Tensor> hits;
  for (std::int64_t first = 0; first < count; first += batch) {
    const std::int64_t end = std::min(first + batch, count);
    if (looks) ops_.begin(OpWatch::Look::survey);  // a layer is seen once a pass
    const at::Tensor output = trainee_.forward(examples.inputs.slice(0, first, end)).detach();
    ops_.end();
    ops_.end_gradients();
    const at::Tensor target = examples.targets.slice(0, first, end);
    sum += loss_of(train_.loss, output, target).item<double>() * static_cast<double>(end - first);
    const at::Tensor hit = right(train_.loss, output, target);
    if (hit.defined()) hits.push_back(hit);
  }
  const at::Tensor all = hits.empty() ? at::Tensor() : at::cat(hits);
  return {sum / static_cast<double>(count), accuracy_of(all, examples.targets)};
}

void WatchedTraining::survey(std::int64_t steps_done, const Examples& sample, std::int64_t batch, bool looks) {
  trainee_.set_mode(false);
  const at::AutoGradMode gradients(looks);  // the watch sees what gradients would be computed of
  const Evaluation seen = evaluate(sample, batch, looks);
  for (const int index : called_) watch_.keep(index, flat(plain(weight(index))));
  watch_.take_survey(steps_done, seen.loss, seen.accuracy.all, seen.accuracy.balanced);
}

void WatchedTraining::validate(std::int64_t step, const Examples& held, std::int64_t batch) {
  trainee_.set_mode(false);
  const at::NoGradGuard none;
  const Evaluation seen = evaluate(held, batch, false);
  watch_.validation(step, seen.loss, seen.accuracy.all);
}

}  // namespace gradclinic::torch
