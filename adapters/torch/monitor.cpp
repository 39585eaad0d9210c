#include "monitor.h"

#include <ATen/ATen.h>
#include <torch/nn/module.h>
#include <torch/optim.h>
#include <torch/version.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>
#include <utility>

#include "description.h"
#include "gradclinic/report/outside_run.h"
#include "gradclinic/spec/toml.h"
#include "gradclinic/support/error.h"
#include "op_watch.h"
#include "optimizer.h"
#include "progress.h"
#include "schedule.h"
#include "tensors.h"

namespace gradclinic::torch {
namespace {

namespace optim = ::torch::optim;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr std::int64_t kSurveyEvery = 10;  // steps, at first
constexpr double kClipped = 0.999;         // a norm that falls by more was cut

NamedTensors parameters_of(const ::torch::nn::Module& module) {
  NamedTensors named;
  for (const auto& each : module.named_parameters()) named.emplace_back(each.key(), each.value());
  return named;
}

/// In the core's names; what has none there is told by its nearest kin.
void describe_optimizer(const optim::Optimizer& optimizer, TrainSpec& train) {
  const optim::OptimizerOptions& options = optimizer.param_groups().at(0).options();
  train.lr = options.get_lr();
  if (const auto* adam = dynamic_cast<const optim::AdamOptions*>(&options)) {
    train.optimizer = "adam", train.weight_decay = adam->weight_decay();
  } else if (const auto* adamw = dynamic_cast<const optim::AdamWOptions*>(&options)) {
    train.optimizer = "adamw", train.weight_decay = adamw->weight_decay();
  } else if (const auto* rmsprop = dynamic_cast<const optim::RMSpropOptions*>(&options)) {
    train.optimizer = "rmsprop", train.weight_decay = rmsprop->weight_decay();
  } else if (dynamic_cast<const optim::AdagradOptions*>(&options)) {
    train.optimizer = "rmsprop";
  } else if (const auto* sgd = dynamic_cast<const optim::SGDOptions*>(&options)) {
    train.weight_decay = sgd->weight_decay();
    if (sgd->momentum() != 0) {
      train.optimizer = sgd->nesterov() ? "nesterov" : "momentum";
      train.momentum = sgd->momentum();
    }
  }
}

}  // namespace

struct Monitor::Implementation {
  Implementation(::torch::nn::Module& module, optim::Optimizer& by, const MonitorOptions& given)
      : options(given), optimizer(by), schedule(given.budget), named(parameters_of(module)) {
    guarded([&] {
      std::vector<Layer> layers = layers_of(named);
      for (const auto& [name, value] : named) parameters.push_back(value);
      run.emplace(static_cast<int>(layers.size()));
      ops = std::make_unique<OpWatch>(run->watch(), std::move(layers));
      ops->on_backward([this] { backward_done(); });
      spec.name = options.name;
      spec.seed = 0;
      describe_optimizer(optimizer, spec.train);
      look();
    });
  }

  /// What goes wrong in the watching ends the watching, never the training.
  template <class Call>
  void guarded(Call call) noexcept {
    if (!failure.empty()) return;
    try {
      const at::NoGradGuard no_gradients;
      call();
      if (ops && !ops->failure().empty()) failure = ops->failure();
    } catch (const std::exception& error) {
      failure = error.what();
    }
    if (!failure.empty() && ops) ops->end(), ops->end_gradients();
  }

  const Layer& layer(int index) const { return ops->layers()[static_cast<std::size_t>(index)]; }

  void look() {
    looking = true;
    norm = clipped = kNaN;
    for (std::size_t i = 0; i < ops->layers().size(); ++i)
      run->watch().keep(static_cast<int>(i), flat(weight(static_cast<int>(i))));
    ops->want_samples(progress.wants_samples());
    ops->begin(OpWatch::Look::step);
  }

  at::Tensor weight(int index) const { return plain(layer(index).weight); }

  void backward_done() {
    norm = clipped = gradient_norm(parameters);
    for (const int index : ops->order()) {
      const at::Tensor gradient = plain(layer(index).weight.grad());
      if (gradient.defined())
        run->watch().see(Quantity::weight_grad, index, {gradient.data_ptr<float>(), 1, gradient.numel(), 1});
    }
  }

  void begin() {
    called = ops->order();
    if (called.empty())
      throw RunFailed("gradclinic::torch::Monitor", "no layer of the module was seen at work in the first step");
    std::vector<Layer> layers;
    for (const int index : called) layers.push_back(layer(index));
    describe_network(layers, ops->residual(), ops->dropout(), spec.model);
    run->begin(to_toml(spec), {{"torch", TORCH_VERSION}}, called, outside_layers(layers));
    for (std::size_t i = 0; i < ops->layers().size(); ++i)
      if (!layer(static_cast<int>(i)).is_table && std::ranges::find(called, static_cast<int>(i)) == called.end())
        run->add_event(
            {0, "not-seen", 0, ops->layers()[i].name + " was not called in the first step, and is not watched"});
  }

  void end_look(double value) {
    ops->end();
    ops->end_gradients();
    if (called.empty()) begin();
    // Versions of gradients do not tell: clip_grad_norm_ goes round them.
    clipped = gradient_norm(parameters);
    if (clipped == 0 && norm > 0) clipped = kNaN;  // zero_grad() came before step()
    if (clipped < kClipped * norm) spec.train.clip_norm = std::max(spec.train.clip_norm, clipped);
    for (const int index : called) run->watch().see_weights(index, flat(weight(index)));
    const double accuracy = progress.see(ops->take_loss(), ops->take_inputs());
    run->watch().end_step({.step = progress.steps() - 1,
                           .loss = value,
                           .accuracy = accuracy,
                           .lr = optimizer.param_groups().at(0).options().get_lr(),
                           .gradient_norm = norm,
                           .clipped_gradient_norm = clipped});
  }

  void step(const at::Tensor& loss) {
    const at::Tensor detached = loss.detach();
    const double value = (detached.numel() == 1 ? detached : detached.to(at::kDouble).mean()).item<double>();
    if (detached.numel() != 1) note("the loss is no scalar: its mean was taken");
    progress.step(value);
    if (looking) end_look(value);
    if (progress.steps() == 1 || progress.steps() % window() == 0) survey();
    const bool looked = std::exchange(looking, false);
    if (schedule.step(looked, run->interval("step"), std::chrono::steady_clock::now())) look();
  }

  std::int64_t window() const { return kSurveyEvery * run->interval("survey"); }

  void survey() {
    const Progress::Survey seen = progress.survey();
    run->take_survey(seen.steps_done, seen.loss, seen.accuracy, seen.balanced_accuracy);
  }

  void note(const std::string& text) {
    if (std::ranges::find(notes, text) == notes.end()) notes.push_back(text);
  }

  /// The record as far as it has come.
  Record record() {
    if (called.empty())
      throw RunFailed("gradclinic::torch::Monitor", "no step was seen", failure,
                      "call step(loss) behind optimizer.step(), from the thread that computes the forward passes");
    if (2 * progress.since_survey() >= window()) survey();
    if (!described) run->watch().describe_data(progress.facts());
    described = true;
    if (!failure.empty()) note("watching ended: " + failure);
    for (const std::string& text : std::exchange(notes, {})) run->add_event({progress.steps(), "not-seen", 0, text});
    spec.train.steps = progress.steps();
    spec.train.batch = progress.batch();
    if (!progress.loss().empty()) spec.train.loss = progress.loss();
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - started;
    return run->record(to_toml(spec), {std::isfinite(progress.last()) ? "finished" : "diverged", progress.steps(),
                                       progress.last(), seconds.count()});
  }

  MonitorOptions options;
  optim::Optimizer& optimizer;
  LookSchedule schedule;
  NamedTensors named;
  std::vector<at::Tensor> parameters;
  std::optional<OutsideRun> run;
  std::unique_ptr<OpWatch> ops;
  Progress progress;
  Spec spec;
  std::vector<int> called;
  std::vector<std::string> notes;
  std::string failure;
  bool looking = false;
  bool described = false;
  double norm = kNaN, clipped = kNaN;
  std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();
};

Monitor::Monitor(::torch::nn::Module& module, optim::Optimizer& optimizer, const MonitorOptions& options)
    : implementation_(std::make_unique<Implementation>(module, optimizer, options)) {}
Monitor::~Monitor() = default;
Monitor::Monitor(Monitor&&) noexcept = default;

void Monitor::step(const at::Tensor& loss) noexcept {
  implementation_->guarded([&] { implementation_->step(loss); });
}

void Monitor::validation(double loss, double accuracy) noexcept {
  Implementation& own = *implementation_;
  own.guarded([&] {
    if (!own.called.empty()) own.run->watch().validation(own.progress.steps() - 1, loss, accuracy);
  });
}

Diagnosis Monitor::diagnosis() const { return Examined(implementation_->record()).diagnosis; }
std::string Monitor::text() const { return Examined(implementation_->record()).text(false, 100); }
void Monitor::report(const std::string& path) const { Examined(implementation_->record()).write_page(path); }
std::int64_t Monitor::save(const std::string& store) const { return save_record(implementation_->record(), store); }

}  // namespace gradclinic::torch
