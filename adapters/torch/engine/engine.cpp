#include "engine.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/version.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>

#include "../description.h"
#include "../samples.h"
#include "../watched_training.h"
#include "gradclinic/instruments/ending.h"
#include "gradclinic/instruments/survey.h"
#include "gradclinic/record/run.h"
#include "gradclinic/support/error.h"
#include "gradclinic/tensor/blas.h"
#include "gradclinic/train/batches.h"
#include "gradclinic/train/streams.h"
#include "gradclinic/train/work.h"
#include "loss_probes.h"
#include "network.h"

namespace gradclinic::torch {
namespace {

constexpr std::int64_t kTriedOut = 2;  // samples that show which layers there are

const std::vector<NetworkKind>& kinds() {
  static const std::vector<NetworkKind> all = networks::all();
  return all;
}

const NetworkKind& find_kind(const std::string& id) {
  for (const NetworkKind& kind : kinds())
    if (kind.id == id) return kind;
  throw BadInput("model.kind", "LibTorch has no network of this kind to train", id);
}

/// Features x batch as samples x features.
at::Tensor samples_of(View<const float> columns) {
  float* const data = const_cast<float*>(columns.data);  // from_blob takes no other; it is only read
  return at::from_blob(data, {columns.rows, columns.columns}, at::kFloat).t().contiguous();
}

at::Tensor rows_of(const gradclinic::Tensor<float>& table) {
  float* const data = const_cast<float*>(table.values.data());
  return at::from_blob(data, {table.rows, table.columns}, at::kFloat);
}

class Run {
 public:
  Run(const Spec& spec, const Split& data, Generator& generator, Recorder& recorder)
      : spec_(spec),
        data_(data),
        recorder_(recorder),
        batches_(data.training, spec.train.batch, spec.seed + kBatchStream),
        dropout_(spec.seed + kDropoutStream),
        pass_{.training = true, .drops = &dropout_},
        network_(find_kind(spec.model.kind)
                     .build(spec.model, {data.training.features(), output_count(spec, data.training)}, generator)) {
    std::vector<Layer> layers = layers_of(network_->parameters());
    watch_.emplace(recorder, static_cast<int>(layers.size()));
    Trainee trainee{.forward = [this](const at::Tensor& inputs) { return network_->forward(inputs, pass_); },
                    .set_mode = [this](bool training) { pass_.training = training; },
                    .parameters = {}};
    for (const auto& [name, parameter] : network_->parameters()) trainee.parameters.push_back(parameter);
    training_.emplace(std::move(trainee), std::move(layers), *watch_, spec.train);
    planned_ = planned_steps(spec.train, data.training.samples());
    scale_by_data();
  }

  Outcome carry_out(const std::atomic<bool>* stop);

 private:
  /// LSUV, on the first batch.
  void scale_by_data() {
    if (spec_.model.init != "lsuv") return;
    const at::NoGradGuard none;
    Batches first(data_.training, spec_.train.batch, spec_.seed + kBatchStream);
    network_->forward(samples_of(first.next().inputs), {.scales_outputs = true, .drops = &dropout_});
  }
  at::Tensor wanted(const at::Tensor& targets) const {
    return spec_.train.loss == "cross_entropy" ? targets.select(1, 0).to(at::kLong) : targets;
  }
  /// Samples of a survey: what a step has room for, and no fewer than are worth the calls.
  std::int64_t evaluated_at_once() const { return std::clamp<std::int64_t>(batches_.largest(), 32, kSurveySamples); }
  LossProbed probed();
  void begin();
  bool step(Outcome& outcome);
  void survey(std::int64_t steps_done);
  void validate(std::int64_t step, bool looked);

  const Spec& spec_;
  const Split& data_;
  Recorder& recorder_;
  Batches batches_;
  Generator dropout_;
  Pass pass_;
  std::unique_ptr<Network> network_;
  std::optional<OutsideWatch> watch_;
  std::optional<WatchedTraining> training_;
  std::optional<LossProbes> probes_;
  std::int64_t planned_ = 0;
  std::int64_t survey_interval_ = 0, surveyed_ = -1;
};

LossProbed Run::probed() {
  LossProbed probed{.loss =
                        [this](const Examples& batch, Generator& drops) {
                          const Pass pass{.training = true, .tracks = false, .drops = &drops};
                          return loss_of(spec_.train.loss, network_->forward(batch.inputs, pass), batch.targets);
                        },
                    .parameters = network_->parameters(),
                    .layers = {}};
  for (const Layer& layer : training_->called_layers()) probed.layers.push_back(layer.name);
  return probed;
}

void Run::begin() {
  pass_.training = false;
  training_->try_out(rows_of(data_.training.inputs).slice(0, 0, kTriedOut));
  Record header = describe_run(spec_);
  header.versions["torch"] = TORCH_VERSION;
  recorder_.begin(header);
  watch_->start(training_->called(), outside_layers(training_->called_layers()));
  watch_->describe_data(describe_data(data_, find_loss(spec_.train.loss)));
  probes_.emplace(probed(), spec_, recorder_);
  const std::int64_t surveys = spec_.watch.surveys;
  survey_interval_ = surveys > 0 ? std::max<std::int64_t>(1, (planned_ + surveys - 1) / surveys) : 0;
}

Outcome Run::carry_out(const std::atomic<bool>* stop) {
  begin();
  survey(0);
  Outcome outcome{.status = "finished"};
  const auto started = std::chrono::steady_clock::now();
  while (outcome.steps < planned_ && outcome.status == "finished") {
    if (stop && stop->load(std::memory_order_relaxed))
      outcome.status = "interrupted";
    else if (!step(outcome))
      outcome.status = "diverged";
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - started;
  outcome.seconds = seconds.count();
  survey(outcome.steps);
  if (const std::string& failure = training_->ops().failure(); !failure.empty())
    recorder_.add_event({outcome.steps, "not-seen", 0, "watching ended: " + failure});
  if (const std::optional<Event> event = ending(outcome)) recorder_.add_event(*event);
  recorder_.finish(outcome);
  return outcome;
}

/// Whether the loss is finite; only then it counts as a step done.
bool Run::step(Outcome& outcome) {
  const std::int64_t step = outcome.steps;
  const bool looks = spec_.watch.every > 0 && step % spec_.watch.every == 0;
  if (spec_.watch.histograms > 0 && step % spec_.watch.histograms == 0) watch_->want_histograms();
  if (spec_.watch.rank > 0 && step % spec_.watch.rank == 0) watch_->want_ranks();
  const Batch batch = batches_.next();
  pass_.training = true;
  const Examples examples{samples_of(batch.inputs), wanted(samples_of(batch.targets))};
  outcome.final_loss = training_->step(step, planned_, examples, looks);
  if (!std::isfinite(outcome.final_loss)) return false;
  outcome.steps = step + 1;
  probes_->measure(step, examples);
  validate(step, looks);
  if (survey_interval_ > 0 && outcome.steps % survey_interval_ == 0) survey(outcome.steps);
  return true;
}

void Run::survey(std::int64_t steps_done) {
  if (spec_.watch.surveys <= 0 || steps_done == surveyed_) return;
  surveyed_ = steps_done;
  const at::Tensor rows = spread_rows(data_.training.samples(), kSurveySamples);
  training_->survey(steps_done,
                    {rows_of(data_.training.inputs).index_select(0, rows),
                     wanted(rows_of(data_.training.targets).index_select(0, rows))},
                    evaluated_at_once(), true);
}

/// At the end of an epoch of mini-batches, or at every step of full batches that is looked at.
void Run::validate(std::int64_t step, bool looked) {
  if (data_.validation.samples() == 0) return;
  const bool due = batches_.per_epoch() > 1 ? (step + 1) % batches_.per_epoch() == 0 : looked;
  if (due)
    training_->validate(step, {rows_of(data_.validation.inputs), wanted(rows_of(data_.validation.targets))},
                        evaluated_at_once());
}

}  // namespace

Outcome run(const Spec& spec, const Split& data, Generator& generator, Recorder& recorder,
            const std::atomic<bool>* stop) {
  static const bool single = (at::set_num_threads(1), use_one_blas_thread(), true);
  static_cast<void>(single);
  return Run(spec, data, generator, recorder).carry_out(stop);
}

void add_engines() {
  for (const NetworkKind& kind : kinds())
    if (kind.id != ModelSpec{}.kind) add_engine(kind.id, &run);
}

}  // namespace gradclinic::torch
