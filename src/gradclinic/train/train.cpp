#include "gradclinic/train/train.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "gradclinic/net/optimizer.h"
#include "gradclinic/support/error.h"
#include "gradclinic/train/batches.h"
#include "gradclinic/train/clip.h"
#include "gradclinic/train/schedule.h"
#include "gradclinic/train/streams.h"
#include "gradclinic/train/work.h"

namespace gradclinic {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

class Loop {
 public:
  Loop(const Spec& spec, const Split& data, Generator& generator, Observer* observer, Intervention* intervention)
      : spec_(spec),
        data_(data),
        loss_(find_loss(spec.train.loss)),
        optimizer_(find_optimizer(spec.train.optimizer)),
        observer_(observer),
        intervention_(intervention),
        batches_(data.training, spec.train.batch, spec.seed + kBatchStream),
        dropout_generator_(spec.seed + kDropoutStream),
        network_(spec.model, data.training.features(), output_count(spec, data.training), batches_.largest(),
                 generator),
        output_gradient_(network_.outputs(), batches_.largest()),
        training_{
            spec_, data_, loss_, network_, planned_steps(spec.train, data.training.samples()), batches_.largest()} {
    if (optimizer_.state_count > 0) first_state_.resize(network_.values().size());
    if (optimizer_.state_count > 1) second_state_.resize(network_.values().size());
    if (observer_) before_.resize(largest_parameter());
    if (data_.validation.samples() > 0) validation_.emplace(data_.validation, batches_.largest(), spec.seed);
  }

  Outcome run(const std::atomic<bool>* stop) {
    if (spec_.model.init == "lsuv") {
      Batches first(data_.training, spec_.train.batch, spec_.seed + kBatchStream);
      network_.scale_by_data(first.next().inputs, dropout_generator_);
    }
    if (observer_) observer_->on_start(training_);
    Outcome outcome;
    const auto begin = std::chrono::steady_clock::now();
    outcome.status = "finished";
    for (std::int64_t step = 0; step < training_.total_steps; ++step) {
      if (stop && stop->load(std::memory_order_relaxed)) {
        outcome.status = "interrupted";
        break;
      }
      outcome.final_loss = take(step);
      if (!std::isfinite(outcome.final_loss)) {
        outcome.status = "diverged";
        break;
      }
      outcome.steps = step + 1;
    }
    outcome.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    if (observer_) observer_->on_end(outcome);
    return outcome;
  }

 private:
  /// One optimizer step: forward, backward, clip, update. Returns the loss before the update; a loss that is not
  /// finite ends the step before the update.
  double take(std::int64_t step) {
    const Batch batch = batches_.next();
    const bool watched = observer_ && observer_->wants_tensors(step);
    const Pass pass{.training = true, .generator = &dropout_generator_, .tap = watched ? observer_ : nullptr};
    const View<const float> outputs = network_.forward(batch.inputs, pass);
    const View<float> gradient = output_gradient_.first_columns(batch.inputs.columns);

    StepSummary summary{.step = step, .inputs = batch.inputs, .targets = batch.targets};
    summary.loss = loss_.evaluate(outputs, batch.targets, gradient);
    summary.accuracy = watched && loss_.accuracy ? loss_.accuracy(outputs, batch.targets) : kNaN;
    network_.backward(batch.inputs, gradient, pass);
    clip(summary, watched);
    summary.lr = scheduled_rate(spec_.train, step, training_.total_steps);
    if (intervention_) intervention_->before_update(training_, step, summary.lr);
    update(summary, watched);
    if (watched) observer_->on_step(training_, summary);
    validate(step, watched);
    return summary.loss;
  }

  bool clips() const { return spec_.train.clip_value > 0 || spec_.train.clip_norm > 0; }

  void clip(StepSummary& summary, bool watched) {
    const TrainSpec& train = spec_.train;
    summary.gradient_norm = summary.clipped_gradient_norm = kNaN;
    if (!clips()) return;
    if (watched || train.clip_norm > 0)
      summary.gradient_norm = summary.clipped_gradient_norm = gradient_norm(network_.gradients());
    if (train.clip_value > 0) clip_by_value(network_.gradients(), train.clip_value);
    if (train.clip_norm > 0) {
      const double norm = train.clip_value > 0 ? gradient_norm(network_.gradients()) : summary.gradient_norm;
      clip_by_norm(network_.gradients(), norm, train.clip_norm);
    }
    if (watched) summary.clipped_gradient_norm = gradient_norm(network_.gradients());
  }

  void update(StepSummary& summary, bool watched) {
    const StepSize size{.lr = summary.lr,
                        .momentum = spec_.train.momentum,
                        .weight_decay = spec_.train.weight_decay,
                        .step = summary.step + 1};
    const bool move = std::isfinite(summary.loss);
    if (watched) {
      double squares = 0;
      for (const Parameter<float>& parameter : network_.parameters()) squares += update_in_view(size, parameter, move);
      if (!clips()) summary.gradient_norm = summary.clipped_gradient_norm = std::sqrt(squares);
    } else if (move) {
      optimizer_.update(size, network_.values(), network_.gradients(), first_state_, second_state_);
    }
  }

  /// Moves one parameter and shows it. Returns the squared norm of its gradient.
  double update_in_view(const StepSize& size, const Parameter<float>& parameter, bool move) {
    const View<const float> after = parameter.value;
    const View<float> before{before_.data(), after.rows, after.columns};
    const std::size_t begin = static_cast<std::size_t>(after.data - network_.values().data());
    const std::size_t end = begin + after.flat().size();
    constexpr std::size_t kPiece = 1024;  // stays in the first-level cache until the optimizer is done with it
    double squares = 0;
    for (std::size_t first = begin; first < end; first += kPiece) {
      const std::size_t count = std::min(kPiece, end - first);
      const auto piece_of = [&](std::span<float> all) { return all.empty() ? all : all.subspan(first, count); };
      const std::span<float> values = piece_of(network_.values());
      std::ranges::copy(values, before.data + (first - begin));
      squares += squared_norm(piece_of(network_.gradients()));
      if (move)
        optimizer_.update(size, values, piece_of(network_.gradients()), piece_of(first_state_),
                          piece_of(second_state_));
    }
    if (parameter.name == "weight") {
      observer_->see(Quantity::weight, parameter.layer, after);
      // Where nothing moved, an update of zeros: the parameters may hold Inf or NaN by then.
      if (!move) std::ranges::fill(before.flat(), 0.0F);
      observer_->see_update(parameter.layer, move ? after : before, before);
    }
    return squares;
  }

  std::size_t largest_parameter() const {
    Index largest = 0;
    for (const Parameter<float>& parameter : network_.parameters()) largest = std::max(largest, parameter.value.size());
    return static_cast<std::size_t>(largest);
  }

  /// At the end of an epoch of mini-batches, or at every watched step of full batches.
  void validate(std::int64_t step, bool watched) {
    if (!observer_ || !validation_) return;
    const bool due = batches_.per_epoch() > 1 ? (step + 1) % batches_.per_epoch() == 0 : watched;
    if (!due) return;
    double loss = 0;
    double accuracy = 0;
    for (std::int64_t i = 0; i < validation_->per_epoch(); ++i) {
      const Batch batch = validation_->next();
      const View<const float> outputs = network_.forward(batch.inputs, {.training = false});
      const double share = static_cast<double>(batch.inputs.columns) / static_cast<double>(data_.validation.samples());
      loss += share * loss_.evaluate(outputs, batch.targets, {});
      accuracy += share * (loss_.accuracy ? loss_.accuracy(outputs, batch.targets) : kNaN);
    }
    observer_->on_validation(step, loss, accuracy);
  }

  const Spec& spec_;
  const Split& data_;
  const Loss& loss_;
  const Optimizer& optimizer_;
  Observer* observer_;
  Intervention* intervention_;
  Batches batches_;
  std::optional<Batches> validation_;
  Generator dropout_generator_;
  Network<float> network_;
  Tensor<float> output_gradient_;
  Buffer<float> first_state_;
  Buffer<float> second_state_;
  Buffer<float> before_;  // the parameter at hand before its update, in watched steps
  Training training_;
};

}  // namespace

Outcome train(const Spec& spec, const Split& data, Generator& generator, Observer* observer, Intervention* intervention,
              const std::atomic<bool>* stop) {
  if (spec.model.kind != "mlp")
    throw BadInput("model.kind", "only networks of kind mlp are gradclinic's own to train", spec.model.kind);
  return Loop(spec, data, generator, observer, intervention).run(stop);
}

Outcome train(const Spec& spec, Observer* observer, Intervention* intervention, const std::atomic<bool>* stop) {
  Generator generator(spec.seed);
  const Split data = load_data(spec, generator);
  return train(spec, data, generator, observer, intervention, stop);
}

}  // namespace gradclinic
