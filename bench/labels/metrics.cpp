#include "metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>

#include "gradclinic/data/prepare.h"
#include "gradclinic/train/batches.h"
#include "gradclinic/train/train.h"

namespace gradclinic {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr std::int64_t kLooks = 50;

/// The loss of the best constant prediction: the targets' variance, or the entropy of the classes' shares.
double trivial_loss(const Dataset& data) {
  const auto samples = static_cast<double>(data.samples());
  double loss = 0;
  if (data.task == Task::classification) {
    std::map<float, double> counts;
    for (float target : data.targets.values) ++counts[target];
    for (const auto& [target, count] : counts) loss -= count / samples * std::log(count / samples);
    return loss;
  }
  for (Index column = 0; column < data.targets.columns; ++column) {
    double mean = 0;
    for (Index i = 0; i < data.samples(); ++i) mean += data.targets.view()(i, column) / samples;
    for (Index i = 0; i < data.samples(); ++i) loss += std::pow(data.targets.view()(i, column) - mean, 2) / samples;
  }
  return loss / static_cast<double>(data.targets.columns);
}

/// Share of classes right where a regression answers with the class's number.
double rounded_accuracy(View<const float> outputs, View<const float> targets) {
  Index right = 0;
  for (Index i = 0; i < outputs.columns; ++i) right += std::round(outputs(0, i)) == targets(0, i);
  return static_cast<double>(right) / static_cast<double>(outputs.columns);
}

struct Score {
  double loss = kNaN;
  double accuracy = kNaN;
};

/// Samples to score a network on, in batches that it has room for.
class Scored {
 public:
  Scored(const Dataset& data, const Spec& spec, Index largest_batch)
      : loss_(find_loss(spec.train.loss)),
        same_kind_(loss_.classifies == (data.task == Task::classification)),
        trivial_(trivial_loss(data)),
        samples_(static_cast<double>(data.samples())),
        batches_(data, std::min(largest_batch, data.samples()), 0) {}

  Score of(Network<float>& network) {
    const auto accuracy = same_kind_ ? loss_.accuracy : &rounded_accuracy;
    Score score{.loss = 0, .accuracy = 0};
    for (std::int64_t i = 0; i < batches_.per_epoch(); ++i) {
      const Batch batch = batches_.next();
      const View<const float> outputs = network.forward(batch.inputs, {.training = false});
      const double share = static_cast<double>(batch.inputs.columns) / samples_;
      score.loss += share * (same_kind_ ? loss_.evaluate(outputs, batch.targets, {}) : kNaN);
      score.accuracy += share * (accuracy ? accuracy(outputs, batch.targets) : kNaN);
    }
    return score;
  }
  double trivial() const { return trivial_; }

 private:
  const Loss& loss_;
  bool same_kind_;
  double trivial_;
  double samples_;
  Batches batches_;
};

/// Looks at the held-out loss now and then, and scores the network at the end.
class Judge : public Observer {
 public:
  explicit Judge(const Dataset& held_out) : data_(held_out) {}

  void on_start(const Training& training) override {
    training_ = &training;
    if (data_.samples() > 0) held_out_.emplace(data_, training.spec, training.largest_batch);
  }
  bool wants_tensors(std::int64_t step) override {
    const std::int64_t every = std::max<std::int64_t>(1, training_->total_steps / kLooks);
    if (held_out_ && step % every == 0) look();
    return false;
  }
  void see(Quantity, int, View<const float>) override {}
  void on_step(const Training&, const StepSummary&) override {}
  void on_validation(std::int64_t, double, double) override {}
  void on_end(const Outcome& outcome) override {
    Scored training(training_->data.training, training_->spec, training_->largest_batch);
    const double loss = training.of(training_->network).loss;
    metrics_.diverged = outcome.status == "diverged" || !std::isfinite(loss);
    metrics_.training = loss / training.trivial();
    if (!held_out_) return;
    const Score score = look();
    metrics_.held_out = score.loss / held_out_->trivial();
    metrics_.accuracy = score.accuracy;
  }
  const Metrics& metrics() const { return metrics_; }

 private:
  Score look() {
    const Score score = held_out_->of(training_->network);
    const double loss = score.loss / held_out_->trivial();
    if (!(metrics_.best_held_out <= loss)) metrics_.best_held_out = loss;
    return score;
  }

  const Dataset& data_;
  const Training* training_ = nullptr;
  std::optional<Scored> held_out_;
  Metrics metrics_{.training = kNaN, .held_out = kNaN, .best_held_out = kNaN, .accuracy = kNaN};
};

/// What `task` holds out, with inputs as the spec's own training inputs are prepared.
Dataset held_out_of(Spec task, Spec spec) {
  const bool standardized = spec.data.standardize;
  task.data.standardize = spec.data.standardize = false;
  Generator for_task(task.seed);
  Generator for_spec(spec.seed);
  Dataset held_out = load_data(task, for_task).validation;
  Dataset training = load_data(spec, for_spec).training;
  if (standardized) standardize(training.inputs, held_out.inputs);
  return held_out;
}

}  // namespace

bool other_labels(const Spec& spec, const Spec& base) {
  DataSpec same = spec.data;
  same.shuffle_labels = base.data.shuffle_labels;
  same.path = base.data.path;
  same.target = base.data.target;
  same.task = base.data.task;
  same.inputs = base.data.inputs;
  same.targets = base.data.targets;
  return same != spec.data || (spec.data.target_scale == 0) != (base.data.target_scale == 0);
}

Metrics measure(const Spec& spec, const Spec& task) {
  Generator generator(spec.seed);
  const Split data = load_data(spec, generator);
  const bool elsewhere = other_labels(spec, task);
  const Dataset held_out = elsewhere ? held_out_of(task, spec) : Dataset{};
  Judge judge(elsewhere ? held_out : data.validation);
  train(spec, data, generator, &judge);
  return judge.metrics();
}

}  // namespace gradclinic
