#include "op_watch.h"

#include <ATen/ATen.h>
#include <ATen/record_function.h>
#include <torch/csrc/autograd/engine.h>
#include <torch/csrc/autograd/function.h>

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>

#include "operations.h"
#include "residuals.h"

namespace gradclinic::torch {

using ::torch::autograd::Node;
using ::torch::autograd::variable_list;

namespace {

struct Context;

bool holds_numbers(const at::Tensor& tensor) { return tensor.defined() && tensor.is_floating_point(); }

/// "aten::relu_" is "relu".
std::string_view base_name(const char* name) {
  std::string_view base = name;
  if (const std::size_t colons = base.find("::"); colons != std::string_view::npos) base.remove_prefix(colons + 2);
  if (base.ends_with('_')) base.remove_suffix(1);
  return base;
}

}  // namespace

struct OpWatch::State : std::enable_shared_from_this<OpWatch::State> {
  State(OutsideWatch& to, std::vector<Layer> known) : watch(&to), layers(std::move(known)) {
    for (std::size_t i = 0; i < layers.size(); ++i) {
      by_storage[storage(layers[i].weight)] = static_cast<int>(i);
      for (const at::Tensor& bias : layers[i].biases) biases[storage(bias)] = static_cast<int>(i);
    }
  }

  static const void* storage(const at::Tensor& tensor) {
    return tensor.has_storage() ? tensor.storage().unsafeGetStorageImpl() : nullptr;
  }

  /// The layer whose output's signal a tensor carries, before any activation function; -1 of others.
  int signal(const at::Tensor& tensor) const {
    const auto found = tensor.defined() ? signals.find(tensor.unsafeGetTensorImpl()) : signals.end();
    return found == signals.end() || found->second.alive.expired() ? -1 : found->second.layer;
  }
  void follow(const at::Tensor& tensor, int layer) {
    signals.insert_or_assign(tensor.unsafeGetTensorImpl(),
                             Signal{c10::weak_intrusive_ptr<c10::TensorImpl>(tensor.getIntrusivePtr()), layer});
  }

  bool is_parameter(const at::Tensor& tensor) const {
    return by_storage.contains(storage(tensor)) || biases.contains(storage(tensor));
  }
  /// The first pass is followed whole.
  bool learns() const { return pass == 1; }
  bool surveys() const { return look == Look::survey || (look == Look::step && wants_samples); }
  Layer& at(int layer) { return layers[static_cast<std::size_t>(layer)]; }

  void see(Quantity quantity, int layer, const at::Tensor& tensor);
  void see_output(int layer, const at::Tensor& output);
  void see_activation(int layer, const std::string& activation, const at::Tensor& tensor);
  void survey(int layer, const at::Tensor& tensor);
  void hook(Quantity quantity, int layer, const at::Tensor& tensor);
  void see_gradient(Quantity quantity, int layer, const at::Tensor& gradient);

  /// Before an operation: what is to be done after it, if anything.
  std::unique_ptr<Context> before(const at::RecordFunction& function);
  void before_multiply(Context& context, c10::ArrayRef<const c10::IValue> inputs, std::string_view name);
  void after(const Context& context, const at::Tensor& output);

  /// Operations are looked at no longer: each costs its share, and those of the backward pass are many.
  void leave();

  template <class Call>
  void guarded(Call call) {
    try {
      call();
    } catch (const std::exception& error) {
      if (failure.empty()) failure = error.what();
      looking = false;
    }
  }

  struct Signal {
    c10::weak_intrusive_ptr<c10::TensorImpl> alive;  // keeps the address from being given to another tensor
    int layer;
  };

  OutsideWatch* watch;
  std::vector<Layer> layers;
  std::unordered_map<const void*, int> by_storage, biases;
  std::unordered_map<const void*, Signal> signals;
  Look look = Look::order;
  bool looking = false;
  std::int64_t pass = 0;
  std::vector<int> order;
  Residuals residuals;
  bool residual = false;
  int last = -1;  // of the pass before
  std::vector<unsigned char> called, activated, gradients;
  bool backward_queued = false;
  bool wants_samples = false;
  SeenLoss loss;
  at::Tensor first_inputs;
  double dropout = 0;
  double operations = 0;
  std::function<void()> backward_done;
  std::string failure;
};

namespace {

/// What an operation under way will have done, for one watch.
struct Context {
  OpWatch::State* state = nullptr;
  const Operation* operation = nullptr;
  int layer = -1;
  std::string activation;
  bool is_bias = false;  // add: of a bias to its layer's product
  std::vector<c10::TensorImpl*> inputs;
};

struct Contexts : at::ObserverContext {
  std::vector<std::unique_ptr<Context>> each;
};

// The watches that look at this thread, and how many operations enclose the one under way.
thread_local std::vector<OpWatch::State*> active;
thread_local int depth = 0;
thread_local at::CallbackHandle handle = 0;

std::unique_ptr<at::ObserverContext> operation_starts(const at::RecordFunction& function) {
  if (depth++ > 0 || !at::GradMode::is_enabled() || function.scope() != at::RecordScope::FUNCTION) return nullptr;
  auto contexts = std::make_unique<Contexts>();
  const at::NoGradGuard no_gradients;
  for (OpWatch::State* state : active)
    state->guarded([&] {
      if (auto context = state->before(function)) contexts->each.push_back(std::move(context));
    });
  if (contexts->each.empty()) return nullptr;
  return contexts;
}

void operation_ends(const at::RecordFunction& function, at::ObserverContext* context) {
  if (auto* const contexts = static_cast<Contexts*>(context)) {
    const std::vector<c10::IValue>& outputs = function.outputs();
    // In an interpreter these, too, are its whole stack.
    const std::size_t count = std::max<std::size_t>(1, function.num_outputs());
    if (outputs.size() >= count && outputs[outputs.size() - count].isTensor()) {
      const at::Tensor& output = outputs[outputs.size() - count].toTensor();
      const at::NoGradGuard no_gradients;
      for (const auto& each : contexts->each) each->state->guarded([&] { each->state->after(*each, output); });
    }
  }
  --depth;
}

void start_callbacks() {
  depth = 0;
  handle = at::addThreadLocalCallback(at::RecordFunctionCallback(&operation_starts, &operation_ends)
                                          .needsInputs(true)
                                          .needsOutputs(true)
                                          .scopes({at::RecordScope::FUNCTION, at::RecordScope::BACKWARD_FUNCTION}));
}

/// Of a node of autograd's graph: sees the gradient that comes to one of its outputs.
class GradientHook : public ::torch::autograd::FunctionPreHook {
 public:
  GradientHook(std::weak_ptr<OpWatch::State> state, Quantity quantity, int layer, std::uint32_t output)
      : state_(std::move(state)), pass_(state_.lock()->pass), quantity_(quantity), layer_(layer), output_(output) {}

  variable_list operator()(const variable_list& gradients) override {
    const std::shared_ptr<OpWatch::State> state = state_.lock();
    if (state && state->looking && state->pass == pass_ && output_ < gradients.size()) {
      const at::NoGradGuard no_gradients;
      state->leave();
      state->guarded([&] { state->see_gradient(quantity_, layer_, gradients[output_]); });
    }
    return gradients;
  }

 private:
  std::weak_ptr<OpWatch::State> state_;
  std::int64_t pass_;
  Quantity quantity_;
  int layer_;
  std::uint32_t output_;
};

template <class Call>
void for_each_tensor(const c10::IValue& value, const Call& call) {
  if (value.isTensor()) {
    if (value.toTensor().defined()) call(value.toTensor());
  } else if (value.isTensorList()) {
    for (const at::Tensor& tensor : value.toTensorVector())
      if (tensor.defined()) call(tensor);
  }
}

/// hardtanh(x, 0, 6) is ReLU6.
std::string activation_of(const Operation& operation, std::string_view name, c10::ArrayRef<const c10::IValue> inputs) {
  const bool from_zero =
      name == "hardtanh" && inputs.size() > 1 && inputs[1].isScalar() && inputs[1].toScalar().toDouble() == 0;
  return from_zero ? "relu" : operation.id;
}

}  // namespace

void OpWatch::State::leave() {
  if (std::erase(active, this) == 0) return;
  if (active.empty()) at::removeCallback(handle);
  signals.clear();
  residual |= std::exchange(residuals, {}).found();
}

void OpWatch::State::see(Quantity quantity, int layer, const at::Tensor& tensor) {
  const at::Tensor values = plain(tensor);
  if (values.defined()) watch->see(quantity, layer, units_of(values, at(layer).channels_first));
}

void OpWatch::State::see_output(int layer, const at::Tensor& output) {
  if (look == Look::step) {
    see(Quantity::pre_activation, layer, output);
    hook(Quantity::pre_activation_grad, layer, output);
  }
  follow(output, layer);
}

void OpWatch::State::see_activation(int layer, const std::string& activation, const at::Tensor& tensor) {
  Layer& seen = at(layer);
  if (seen.activation.empty()) {
    seen.activation = activation;
    watch->set_activation(layer, activation);
  }
  unsigned char& done = activated[static_cast<std::size_t>(layer)];
  if (done || seen.activation != activation) return;
  done = 1;
  if (look == Look::step) {
    see(Quantity::activation, layer, tensor);
    hook(Quantity::activation_grad, layer, tensor);
  }
  if (surveys()) survey(layer, tensor);
}

void OpWatch::State::survey(int layer, const at::Tensor& tensor) {
  const at::Tensor values = plain(tensor);
  if (!values.defined()) return;
  const bool sequence = values.dim() > 2 && !at(layer).channels_first;  // a sample is one of them
  watch->survey(layer, sequence ? UnitTensor{values.data_ptr<float>(), values.size(0),
                                             values.numel() / std::max<Index>(1, values.size(0)), 1}
                                : units_of(values, at(layer).channels_first));
}

void OpWatch::State::hook(Quantity quantity, int layer, const at::Tensor& tensor) {
  const std::shared_ptr<Node>& node = tensor.grad_fn();
  if (node) node->add_pre_hook(std::make_unique<GradientHook>(weak_from_this(), quantity, layer, tensor.output_nr()));
}

void OpWatch::State::see_gradient(Quantity quantity, int layer, const at::Tensor& gradient) {
  if (!backward_queued && backward_done) {
    backward_queued = true;
    ::torch::autograd::Engine::get_default_engine().queue_callback([self = weak_from_this(), of = pass] {
      const std::shared_ptr<State> state = self.lock();
      if (!state || !state->looking || state->pass != of) return;
      const at::NoGradGuard no_gradients;
      state->guarded([&] { state->backward_done(); });
    });
  }
  // The first to come is the one nearest to the loss: behind the norm, where there is one.
  unsigned char& seen = gradients[static_cast<std::size_t>(layer) * 2 + (quantity == Quantity::activation_grad)];
  if (seen || !gradient.defined()) return;
  seen = 1;
  see(quantity, layer, gradient);
}

std::unique_ptr<Context> OpWatch::State::before(const at::RecordFunction& function) {
  if (!looking) return nullptr;
  const std::string_view name = base_name(function.name());
  const Operation& operation = operation_named(name);
  if (operation.role == Role::other && !learns()) return nullptr;
  // In an interpreter these are its whole stack, the operation's own on top.
  const c10::ArrayRef<const c10::IValue> stack = function.inputs();
  const c10::ArrayRef<const c10::IValue> inputs =
      stack.slice(stack.size() - std::min(stack.size(), function.num_inputs()));
  auto context = std::make_unique<Context>(Context{.state = this, .operation = &operation});
  if (learns())
    for (const c10::IValue& value : inputs)
      for_each_tensor(value, [&](const at::Tensor& tensor) {
        if (!is_parameter(tensor)) context->inputs.push_back(tensor.unsafeGetTensorImpl());
      });
  const bool reads = !inputs.empty() && inputs[0].isTensor();
  switch (reads || operation.role == Role::multiply ? operation.role : Role::other) {
    case Role::multiply:
      before_multiply(*context, inputs, name);
      break;
    case Role::other:
      break;
    case Role::look_up:
      if (const auto table = by_storage.find(storage(inputs[0].toTensor())); table != by_storage.end())
        at(table->second).is_table = true;
      break;
    case Role::add:
      for (std::size_t i = 0; i < std::min<std::size_t>(2, inputs.size()); ++i)
        for_each_tensor(inputs[i], [&](const at::Tensor& tensor) {
          const int layer = signal(tensor);
          const auto place = [&](int of) { return std::ranges::find(order, of) - order.begin(); };
          if (layer >= 0 && (context->layer < 0 || place(layer) > place(context->layer))) context->layer = layer;
        });
      if (inputs.size() > 1 && inputs[1].isTensor()) {
        const auto bias = biases.find(storage(inputs[1].toTensor()));
        context->is_bias = bias != biases.end() && bias->second == context->layer;
      }
      break;
    case Role::loss:
      if (wants_samples && inputs.size() > 1 && inputs[1].isTensor())
        loss = {operation.id, inputs[0].toTensor().detach().clone(), inputs[1].toTensor().detach().clone()};
      return nullptr;
    default:
      context->layer = signal(inputs[0].toTensor());
      if (operation.role == Role::pass && name.ends_with("dropout") && inputs.size() > 2 && inputs[2].isBool() &&
          inputs[2].toBool())
        dropout = std::max(dropout, inputs[1].toDouble());
      if (operation.role == Role::activation) context->activation = activation_of(operation, name, inputs);
  }
  if (context->layer < 0 && context->inputs.empty()) return nullptr;
  return context;
}

void OpWatch::State::before_multiply(Context& context, c10::ArrayRef<const c10::IValue> inputs, std::string_view name) {
  const at::Tensor* given = nullptr;
  for (const c10::IValue& value : inputs)
    for_each_tensor(value, [&](const at::Tensor& tensor) {
      const auto weight = by_storage.find(storage(tensor));
      if (weight != by_storage.end()) context.layer = weight->second;
      if (!given && value.isTensor() && !is_parameter(tensor) && holds_numbers(tensor)) given = &value.toTensor();
    });
  if (context.layer < 0) return;
  const int layer = context.layer;
  if (called[static_cast<std::size_t>(layer)]) {
    context.layer = -1;
    return;
  }
  called[static_cast<std::size_t>(layer)] = 1;
  if (at(layer).inputs == 0) set_fans(at(layer), std::string(name));
  if (given) {
    const int source = signal(*given);
    if (source >= 0 && source != layer) see_activation(source, "identity", *given);
    if (wants_samples && order.empty()) first_inputs = given->detach().clone();
  }
  order.push_back(layer);
}

void OpWatch::State::after(const Context& context, const at::Tensor& output) {
  if (!looking || !holds_numbers(output)) return;
  if (learns() && !context.inputs.empty())
    residuals.computed(output.getIntrusivePtr(), context.inputs, context.operation->role == Role::add);
  if (context.layer < 0) return;
  switch (context.operation->role) {
    case Role::multiply: {
      const Layer& layer = at(context.layer);
      const double units = static_cast<double>(
          std::max<Index>(1, output.dim() > 0 ? output.size(layer.channels_first && output.dim() > 1 ? 1 : -1) : 1));
      operations += 2 * static_cast<double>(layer.weight.numel()) * static_cast<double>(output.numel()) / units;
      see_output(context.layer, output);
      if (const std::string& own = context.operation->id; !own.empty()) {
        see_activation(context.layer, own, output);
        signals.erase(output.unsafeGetTensorImpl());
      }
      // The output layer's outputs are what a survey sees of it.
      if (surveys() && context.layer == last) survey(context.layer, output);
      return;
    }
    case Role::norm:
      at(context.layer).norm = context.operation->id;
      see_output(context.layer, output);
      return;
    case Role::activation:
      see_activation(context.layer, context.activation, output);
      signals.erase(output.unsafeGetTensorImpl());
      return;
    case Role::add:
      if (context.is_bias)
        see_output(context.layer, output);
      else
        follow(output, context.layer);
      return;
    default:
      follow(output, context.layer);
  }
}

OpWatch::OpWatch(OutsideWatch& watch, std::vector<Layer> layers)
    : state_(std::make_shared<State>(watch, std::move(layers))) {}

OpWatch::~OpWatch() {
  end();
  end_gradients();
}

void OpWatch::begin(Look look) {
  end();
  State& own = *state_;
  if (!own.order.empty()) own.last = own.order.back();
  const std::size_t count = own.layers.size();
  own.look = look;
  own.looking = own.failure.empty();
  ++own.pass;
  own.signals.clear();
  own.order.clear();
  own.called.assign(count, 0);
  own.activated.assign(count, 0);
  own.gradients.assign(2 * count, 0);
  own.backward_queued = false;
  own.operations = 0;
  own.loss = {};
  own.first_inputs.reset();
  active.push_back(&own);
  if (active.size() == 1) start_callbacks();
}

void OpWatch::end() { state_->leave(); }

void OpWatch::end_gradients() { state_->looking = false; }

const std::vector<Layer>& OpWatch::layers() const { return state_->layers; }
const std::vector<int>& OpWatch::order() const { return state_->order; }
bool OpWatch::residual() const { return state_->residual; }
double OpWatch::dropout() const { return state_->dropout; }
double OpWatch::operations() const { return state_->operations; }
void OpWatch::want_samples(bool want) { state_->wants_samples = want; }
SeenLoss OpWatch::take_loss() { return std::exchange(state_->loss, {}); }
at::Tensor OpWatch::take_inputs() { return std::exchange(state_->first_inputs, at::Tensor()); }
void OpWatch::on_backward(std::function<void()> call) { state_->backward_done = std::move(call); }
const std::string& OpWatch::failure() const { return state_->failure; }

at::Tensor plain(const at::Tensor& tensor) {
  if (!holds_numbers(tensor)) return {};
  at::Tensor values = tensor.detach();
  if (values.layout() != at::kStrided) values = values.to_dense();
  return values.to(at::kCPU, at::kFloat).contiguous();
}

UnitTensor units_of(const at::Tensor& tensor, bool channels_first) {
  const float* const data = tensor.data_ptr<float>();
  const Index size = tensor.numel();
  if (tensor.dim() == 0) return {data, 1, 1, 1};
  if (size == 0) return {data, 0, tensor.size(-1), 1};
  if (channels_first && tensor.dim() > 2)
    return {data, tensor.size(0), tensor.size(1), size / (tensor.size(0) * tensor.size(1))};
  return {data, size / tensor.size(-1), tensor.size(-1), 1};
}

View<const float> flat(const at::Tensor& tensor) { return {tensor.data_ptr<float>(), 1, tensor.numel()}; }

}  // namespace gradclinic::torch
