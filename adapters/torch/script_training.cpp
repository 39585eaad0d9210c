#include "script_training.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/optim/optimizer.h>
#include <torch/version.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>

#include "description.h"
#include "gradclinic/report/outside_run.h"
#include "gradclinic/spec/toml.h"
#include "gradclinic/support/error.h"
#include "gradclinic/tensor/blas.h"
#include "gradclinic/train/schedule.h"
#include "gradclinic/train/work.h"
#include "initialization.h"
#include "objective.h"
#include "op_watch.h"
#include "optimizer.h"
#include "samples.h"
#include "script_data.h"
#include "script_model.h"
#include "tensors.h"

namespace gradclinic::torch {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr std::int64_t kSurveySamples = 512;
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
        run_(static_cast<int>(layers_.size())),
        ops_(run_.watch(), layers_) {
    for (const auto& [name, parameter] : named_) parameters_.push_back(parameter);
    std::erase_if(parameters_, [](const at::Tensor& parameter) { return !parameter.requires_grad(); });
    try_out(data);
    order_.emplace(samples_.inputs.size(0), spec_.train.batch);
  }

  Record carry_out();

 private:
  at::Tensor forward(const at::Tensor& inputs) { return first_tensor(module_.forward({inputs})); }
  void try_out(const ScriptData& data);
  at::Tensor first_output(const ScriptData& data, at::Tensor& inputs);
  void set_training();
  void begin();
  std::int64_t last_step(std::int64_t planned) const;
  void step(std::int64_t step, std::int64_t planned, ::torch::optim::Optimizer& optimizer);
  void see_gradients();
  void see_update(OutsideStep& seen);
  void survey(std::int64_t steps_done);
  Evaluation evaluate(const at::Tensor& inputs, const at::Tensor& targets);
  const Layer& layer(int index) const { return ops_.layers()[static_cast<std::size_t>(index)]; }

  const ScriptModel& model_;
  Spec spec_;
  const ScriptTrainingOptions& options_;
  ::torch::jit::Module module_;
  NamedTensors named_;
  std::vector<Layer> layers_;
  OutsideRun run_;
  OpWatch ops_;
  std::vector<at::Tensor> parameters_;
  std::vector<int> called_;  // layers in their order
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
      ops_.begin(OpWatch::Look::order);
      const c10::IValue returned = module_.forward({given});
      ops_.end();
      const at::Tensor output = first_tensor(returned);
      if (!output.defined() || !output.is_floating_point())
        throw BadInput(model_.path(), "the model returns no tensor of numbers", returned.tagKind());
      if (!returned.isTensor())
        notes_.push_back(fmt::format("the model returns a {}: the first tensor in it was taken as its output",
                                     returned.isTuple() ? "tuple" : "collection"));
      if (output.dim() == 0 || output.size(0) != given.size(0))
        throw BadInput(model_.path(), "the model's output does not have a row for each sample",
                       fmt::format("{} for {}", shape_text(output), shape_text(given)));
      return output;
    } catch (const BadInput&) {
      ops_.end();
      throw;
    } catch (const std::exception& error) {
      ops_.end();
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
  called_ = ops_.order();
  operations_ = ops_.operations() / static_cast<double>(output.size(0));
  if (called_.empty())
    throw BadInput(model_.path(), "no layer with weights was seen at work in the model",
                   fmt::format("{} parameters", named_.size()));
  if (model_.always_trains())
    notes_.push_back("the model was traced in training mode: its surveys are in training mode too");
  for (std::size_t i = 0; i < layers_.size(); ++i)
    if (!layer(static_cast<int>(i)).is_table && std::ranges::find(called_, static_cast<int>(i)) == called_.end())
      notes_.push_back(layers_[i].name + " multiplied nothing, and is not watched");
  samples_ = prepare(inputs, fitting_targets(spec_.train.loss, data.targets, output.detach(), data.path), spec_);
}

void Training::begin() {
  std::vector<Layer> layers;
  for (const int index : called_) layers.push_back(layer(index));
  describe_network(layers, ops_.residual(), ops_.dropout(), spec_.model);
  if (spec_.train.batch > samples_.inputs.size(0)) spec_.train.batch = samples_.inputs.size(0);
  run_.begin(to_toml(spec_), {{"torch", TORCH_VERSION}, {"torch.threads", std::to_string(at::get_num_threads())}},
             called_, outside_layers(layers));
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
  const auto optimizer = make_optimizer(spec_.train, parameters_);
  initialize(
      [&] {
        std::vector<Layer> layers;
        for (const int index : called_) layers.push_back(layer(index));
        return layers;
      }(),
      spec_);
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
    step(done++, planned, *optimizer);
    if (options_.on_step) options_.on_step(done, planned);
    if (!std::isfinite(loss_)) {
      status = "diverged";
      break;
    }
    if (done % interval == 0) survey(surveyed = done);
  }
  if (surveyed != done) survey(done);
  if (!ops_.failure().empty()) run_.add_event({done, "not-seen", 0, "watching ended: " + ops_.failure()});
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - started;
  return run_.record(to_toml(spec_), {status, done, loss_, seconds.count()});
}

void Training::step(std::int64_t step, std::int64_t planned, ::torch::optim::Optimizer& optimizer) {
  const at::Tensor rows = order_->next();
  const at::Tensor inputs = samples_.inputs.index_select(0, rows), targets = samples_.targets.index_select(0, rows);
  const bool looks = options_.watches && step % run_.interval("step") == 0;
  if (looks) ops_.begin(OpWatch::Look::step);
  const at::Tensor output = forward(inputs);
  const at::Tensor loss = loss_of(spec_.train.loss, output, targets);
  ops_.end();
  optimizer.zero_grad();
  loss.backward();
  ops_.end_gradients();
  loss_ = loss.item<double>();
  OutsideStep seen{.step = step, .loss = loss_, .lr = scheduled_rate(spec_.train, step, planned)};
  if (looks) {
    see_gradients();
    seen.accuracy = accuracy_of(right(spec_.train.loss, output.detach(), targets), targets).all;
    seen.gradient_norm = seen.clipped_gradient_norm = gradient_norm(parameters_);
  }
  if (clip(spec_.train, parameters_) && looks) seen.clipped_gradient_norm = gradient_norm(parameters_);
  if (looks)
    for (const int index : called_) run_.watch().keep(index, flat(plain(layer(index).weight)));
  update(optimizer, seen.lr);
  if (looks) see_update(seen);
}

void Training::see_gradients() {
  for (const int index : called_) {
    const at::Tensor gradient = plain(layer(index).weight.grad());
    if (gradient.defined())
      run_.watch().see(Quantity::weight_grad, index, {gradient.data_ptr<float>(), 1, gradient.numel(), 1});
  }
}

void Training::see_update(OutsideStep& seen) {
  for (const int index : called_) {
    const at::Tensor weight = plain(layer(index).weight);
    run_.watch().see(Quantity::weight, index, {weight.data_ptr<float>(), 1, weight.numel(), 1});
    run_.watch().see_update(index, flat(weight));
  }
  run_.watch().end_step(seen);
}

Evaluation Training::evaluate(const at::Tensor& inputs, const at::Tensor& targets) {
  const std::int64_t count = inputs.size(0), batch = std::max(order_->batch(), kFewestInABatch);
  double sum = 0;
  std::vector<at::Tensor> hits;
  for (std::int64_t first = 0; first < count; first += batch) {
    const std::int64_t end = std::min(first + batch, count);
    const at::Tensor output = forward(inputs.slice(0, first, end)).detach(), target = targets.slice(0, first, end);
    sum += loss_of(spec_.train.loss, output, target).item<double>() * static_cast<double>(end - first);
    const at::Tensor hit = right(spec_.train.loss, output, target);
    if (hit.defined()) hits.push_back(hit);
  }
  const at::Tensor all = hits.empty() ? at::Tensor() : at::cat(hits);
  return {sum / static_cast<double>(count), accuracy_of(all, targets)};
}

void Training::survey(std::int64_t steps_done) {
  const Untouched untouched(module_);
  module_.eval();
  const at::AutoGradMode gradients(options_.watches);  // the watch sees what gradients would be computed of
  if (options_.watches) ops_.begin(OpWatch::Look::survey);
  const at::Tensor rows = spread_rows(samples_.inputs.size(0), kSurveySamples);
  const Evaluation seen = evaluate(samples_.inputs.index_select(0, rows), samples_.targets.index_select(0, rows));
  ops_.end();
  ops_.end_gradients();
  for (const int index : called_) run_.watch().keep(index, flat(plain(layer(index).weight)));
  run_.watch().take_survey(steps_done, seen.loss, seen.accuracy.all, seen.accuracy.balanced);
  if (samples_.held_inputs.defined() && steps_done > 0) {
    const at::NoGradGuard none;
    const Evaluation held = evaluate(samples_.held_inputs, samples_.held_targets);
    run_.watch().validation(steps_done - 1, held.loss, held.accuracy.all);
  }
  set_training();
}

/// What of a spec another training of the same model can follow; the rest as it was.
Spec followed(const Spec& base, const Spec& changed) {
  Spec spec = base;
  const TrainSpec& train = changed.train;
  spec.train = train;
  spec.train.loss = base.train.loss;
  spec.data.standardize = changed.data.standardize;
  spec.data.standardize_target = changed.data.standardize_target;
  spec.data.target_scale = changed.data.target_scale;
  spec.model.init = changed.model.init;
  spec.model.init_std = changed.model.init_std;
  spec.model.init_gain = changed.model.init_gain;
  spec.model.init_value = changed.model.init_value;
  if (changed.model.dropout == 0) spec.model.dropout = 0;
  return spec;
}

}  // namespace

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

Counterfactual retrain_script(const ScriptModel& model, const ScriptData& data, const Spec& spec,
                              const std::vector<Change>& changes, const ScriptTrainingOptions& options) {
  const Spec changed = with(spec, changes);
  if (followed(spec, changed) != changed) return {};
  ScriptTrainingOptions quiet = options;
  quiet.watches = false;
  quiet.drops = changed.model.dropout > 0 || spec.model.dropout == 0;
  const Record record = train_script(model, data, changed, quiet);
  return {read_course(record), record.outcome.steps};
}

}  // namespace gradclinic::torch
