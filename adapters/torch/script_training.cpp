#include "script_training.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/version.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>

#include "description.h"
#include "gradclinic/instruments/survey.h"
#include "gradclinic/net/initializer.h"
#include "gradclinic/report/outside_run.h"
#include "gradclinic/spec/toml.h"
#include "gradclinic/support/error.h"
#include "gradclinic/tensor/blas.h"
#include "gradclinic/train/work.h"
#include "initialization.h"
#include "objective.h"
#include "plain_network.h"
#include "samples.h"
#include "script_data.h"
#include "script_model.h"
#include "watched_training.h"

namespace gradclinic::torch {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr std::int64_t kFewestInABatch = 32;  // of a survey
constexpr std::int64_t kTriedOut = 32;        // samples that the model is tried out on
/// A training step takes about three times the work of the forward pass: once more for each gradient.
constexpr double kStepOfForward = 3;

/// The process's generator and a module's buffers, as they were when this was made.
class Untouched {
 public:
  explicit Untouched(const ::torch::jit::Module& module) : state_(at::detail::getDefaultCPUGenerator().get_state()) {
    for (const at::Tensor& buffer : module.buffers()) buffers_.emplace_back(buffer, buffer.detach().clone());
  }
  ~Untouched() {
    const at::NoGradGuard no_gradients;
    at::Generator generator = at::detail::getDefaultCPUGenerator();
    generator.set_state(state_);
    for (auto& [buffer, value] : buffers_) buffer.copy_(value);
  }
  Untouched(const Untouched&) = delete;
  Untouched& operator=(const Untouched&) = delete;

 private:
  at::Tensor state_;
  std::vector<std::pair<at::Tensor, at::Tensor>> buffers_;
};

/// Deals rows as the Python loop of the header does.
class Order {
 public:
  Order(std::int64_t samples, std::int64_t batch)
      : samples_(samples), batch_(batch > 0 && batch < samples ? batch : samples) {}

  std::int64_t batch() const { return batch_; }
  at::Tensor next() {
    if (batch_ == samples_) return at::arange(samples_, at::kLong);
    if (first_ >= samples_ || !order_.defined()) {
      order_ = at::randperm(samples_, at::kLong);
      first_ = 0;
    }
    const std::int64_t from = first_;
    first_ += batch_;
    return order_.slice(0, from, std::min(first_, samples_));
  }

 private:
  std::int64_t samples_;
  std::int64_t batch_;
  std::int64_t first_ = 0;
  at::Tensor order_;
};

class Training {
 public:
  Training(const ScriptModel& model, const ScriptData& data, const Spec& spec, const ScriptTrainingOptions& options)
      : model_(model),
        spec_(spec),
        options_(options),
        module_(model.fresh()),
        named_(named_parameters_of(module_)),
        layers_(layers_of(named_)),
        run_(static_cast<int>(layers_.size())) {
    Trainee trainee{.forward = [this](const at::Tensor& inputs) { return forward(inputs); },
                    .set_mode = [this](bool training) { training ? set_training() : module_.eval(); },
                    .parameters = {}};
    for (const auto& [name, parameter] : named_)
      if (parameter.requires_grad()) trainee.parameters.push_back(parameter);
    training_.emplace(std::move(trainee), layers_, run_.watch(), spec_.train);
    try_out(data);
    order_.emplace(samples_.inputs.size(0), spec_.train.batch);
  }

  Record carry_out();

 private:
  at::Tensor forward(const at::Tensor& inputs) {
    const c10::IValue returned = module_.forward({inputs});
    if (!returned.isTensor()) collection_ = returned.isTuple() ? "tuple" : "collection";
    return first_tensor(returned);
  }
  void try_out(const ScriptData& data);
  at::Tensor first_output(const ScriptData& data, at::Tensor& inputs);
  void set_training();
  void begin();
  std::int64_t last_step(std::int64_t planned) const;
  void step(std::int64_t step, std::int64_t planned);
  void survey(std::int64_t steps_done);

  const ScriptModel& model_;
  Spec spec_;
  const ScriptTrainingOptions& options_;
  ::torch::jit::Module module_;
  NamedTensors named_;
  std::vector<Layer> layers_;
  OutsideRun run_;
  std::optional<WatchedTraining> training_;
  std::string collection_;  // what the model returns its output in, where it does
  std::vector<std::string> notes_;
  double operations_ = 0;  // of the forward pass, a sample
  Samples samples_;
  std::optional<Order> order_;
  double loss_ = kNaN;
};

void Training::set_training() {
  module_.train();
  if (options_.drops) return;
  bool found = false;
  for (const auto& named : module_.named_modules()) {
    if (named.value.type()->str().find("ropout") == std::string::npos) continue;
    ::torch::jit::Module dropout = named.value;
    dropout.eval();
    found = true;
  }
  if (!found || model_.always_trains())
    throw BadInput("model.dropout", "the model's dropout is not done by modules that could be told not to");
}

/// What the model makes of a few samples; whole numbers become floats where it takes none.
at::Tensor Training::first_output(const ScriptData& data, at::Tensor& inputs) {
  const at::Tensor rows = spread_rows(inputs.size(0), kTriedOut);
  for (;;) {
    try {
      const at::Tensor given = inputs.index_select(0, rows);
      const at::Tensor output = training_->try_out(given);
      if (!output.defined() || !output.is_floating_point())
        throw BadInput(model_.path(), "the model returns no tensor of numbers",
                       collection_.empty() ? "Tensor" : collection_);
      if (!collection_.empty())
        notes_.push_back(
            fmt::format("the model returns a {}: the first tensor in it was taken as its output", collection_));
      if (output.dim() == 0 || output.size(0) != given.size(0))
        throw BadInput(model_.path(), "the model's output does not have a row for each sample",
                       fmt::format("{} for {}", shape_text(output), shape_text(given)));
      return output;
    } catch (const BadInput&) {
      throw;
    } catch (const std::exception& error) {
      if (!inputs.is_floating_point()) {
        inputs = inputs.to(at::kFloat);
        continue;
      }
      throw BadInput(data.path, fmt::format("the model cannot take inputs of shape {}", shape_text(inputs)),
                     reason_of(error));
    }
  }
}

void Training::try_out(const ScriptData& data) {
  const Untouched untouched(module_);
  at::manual_seed(spec_.seed);
  set_training();
  at::Tensor inputs = data.inputs;
  const at::Tensor output = first_output(data, inputs);
  const std::vector<int>& called = training_->called();
  operations_ = training_->ops().operations() / static_cast<double>(output.size(0));
  if (called.empty())
    throw BadInput(model_.path(), "no layer with weights was seen at work in the model",
                   fmt::format("{} parameters", named_.size()));
  if (model_.always_trains())
    notes_.push_back("the model was traced in training mode: its surveys are in training mode too");
  for (std::size_t i = 0; i < layers_.size(); ++i)
    if (!training_->ops().layers()[i].is_table && std::ranges::find(called, static_cast<int>(i)) == called.end())
      notes_.push_back(layers_[i].name + " multiplied nothing, and is not watched");
  samples_ = prepare(inputs, fitting_targets(spec_.train.loss, data.targets, output.detach(), data.path), spec_);
}

void Training::begin() {
  const std::vector<Layer> layers = training_->called_layers();
  const OpWatch& ops = training_->ops();
  describe_network(layers, ops.residual(), ops.dropout(), spec_.model);
  if (spec_.train.batch > samples_.inputs.size(0)) spec_.train.batch = samples_.inputs.size(0);
  run_.begin(to_toml(spec_), {{"torch", TORCH_VERSION}, {"torch.threads", std::to_string(at::get_num_threads())}},
             training_->called(), outside_layers(layers));
  for (const std::string& note : notes_) run_.add_event({0, "not-seen", 0, note});
  run_.watch().describe_data(describe(samples_, spec_.train.loss));
}

std::int64_t Training::last_step(std::int64_t planned) const {
  const double work =
      kStepOfForward * operations_ * static_cast<double>(order_->batch()) * static_cast<double>(planned);
  if (!(work > options_.work)) return std::numeric_limits<std::int64_t>::max();
  const std::int64_t epoch = (samples_.inputs.size(0) + order_->batch() - 1) / order_->batch();
  return std::max(epoch, static_cast<std::int64_t>(options_.work / work * static_cast<double>(planned)));
}

Record Training::carry_out() {
  const auto started = std::chrono::steady_clock::now();
  initialize(training_->called_layers(), spec_);
  const std::int64_t planned = planned_steps(spec_.train, samples_.inputs.size(0));
  const std::int64_t surveys = std::max<std::int64_t>(1, spec_.watch.surveys);
  const std::int64_t interval = std::max<std::int64_t>(1, (planned + surveys - 1) / surveys);
  const std::int64_t last = last_step(planned);
  begin();
  survey(0);
  at::manual_seed(spec_.seed);
  std::string status = "finished";
  std::int64_t done = 0, surveyed = 0;
  while (done < planned && (done < last || surveyed < done)) {
    if (options_.stop && options_.stop->load()) {
      status = "interrupted";
      break;
    }
    step(done++, planned);
    if (options_.on_step) options_.on_step(done, planned);
    if (!std::isfinite(loss_)) {
      status = "diverged";
      break;
    }
    if (done % interval == 0) survey(surveyed = done);
  }
  if (surveyed != done) survey(done);
  if (const std::string& failure = training_->ops().failure(); !failure.empty())
    run_.add_event({done, "not-seen", 0, "watching ended: " + failure});
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - started;
  return run_.record(to_toml(spec_), {status, done, loss_, seconds.count()});
}

void Training::step(std::int64_t step, std::int64_t planned) {
  const at::Tensor rows = order_->next();
  const Examples batch{samples_.inputs.index_select(0, rows), samples_.targets.index_select(0, rows)};
  const bool looks = options_.watches && step % run_.interval("step") == 0;
  loss_ = training_->step(step, planned, batch, looks);
}

void Training::survey(std::int64_t steps_done) {
  const Untouched untouched(module_);
  const at::Tensor rows = spread_rows(samples_.inputs.size(0), kSurveySamples);
  const std::int64_t batch = std::max(order_->batch(), kFewestInABatch);
  training_->survey(steps_done, {samples_.inputs.index_select(0, rows), samples_.targets.index_select(0, rows)}, batch,
                    options_.watches);
  run_.watch().want_histograms();
  if (samples_.held_inputs.defined() && steps_done > 0)
    training_->validate(steps_done - 1, {samples_.held_inputs, samples_.held_targets}, batch);
  set_training();
}

}  // namespace

bool follows(const Spec& base, const Spec& changed) {
  Spec followed = base;
  followed.name = changed.name;
  followed.seed = changed.seed;
  followed.watch = changed.watch;
  followed.train = changed.train;
  followed.train.loss = base.train.loss;
  followed.data.standardize = changed.data.standardize;
  followed.data.standardize_target = changed.data.standardize_target;
  followed.data.target_scale = changed.data.target_scale;
  followed.model.init = changed.model.init;
  followed.model.init_std = changed.model.init_std;
  followed.model.init_gain = changed.model.init_gain;
  followed.model.init_value = changed.model.init_value;
  if (changed.model.dropout == 0) followed.model.dropout = 0;
  return followed == changed && !find_initializer(changed.model.init).scales_by_data;
}

Record train_script(const ScriptModel& model, const ScriptData& data, const Spec& spec,
                    const ScriptTrainingOptions& options) {
  // The graph executor's fusions round otherwise than eager mode; so do other numbers of threads.
  ::torch::jit::setGraphExecutorOptimize(false);
  at::set_num_threads(1);
  use_one_blas_thread();
  try {
    return Training(model, data, spec, options).carry_out();
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    throw RunFailed(model.path(), "the training broke off", reason_of(error));
  }
}

Counterfactual retrain_script(const ScriptModel& model, const ScriptData& data, const Spec& base, const Spec& changed,
                              const ScriptTrainingOptions& options) {
  if (!follows(base, changed)) return {};
  ScriptTrainingOptions quiet = options;
  quiet.watches = false;
  quiet.drops = changed.model.dropout > 0 || base.model.dropout == 0;
  const Record record = train_script(model, data, changed, quiet);
  return {read_course(record), record.outcome.steps};
}

Counterfactual train_plain(const ScriptModel& model, const ScriptData& data, const Spec& base,
                           const ScriptTrainingOptions& options) {
  at::manual_seed(base.seed);
  const std::optional<ScriptModel> plain = plain_network(model, data);
  if (!plain) return {};
  Spec spec = base;
  spec.data.standardize = true;
  spec.data.standardize_target = base.train.loss == "mse";
  spec.data.target_scale = 1;
  spec.model.init = ModelSpec{}.init;
  spec.model.init_gain = 1;
  spec.train = {.loss = base.train.loss,
                .optimizer = "adam",
                .lr = 0.003,
                .batch = base.train.batch,
                .epochs = base.train.epochs,
                .steps = base.train.steps};
  ScriptTrainingOptions quiet = options;
  quiet.watches = false;
  const Record record = train_script(*plain, data, spec, quiet);
  return {read_course(record), record.outcome.steps};
}

}  // namespace gradclinic::torch
