#include "op_state.h"

#include <torch/csrc/autograd/engine.h>
#include <torch/csrc/autograd/function.h>

#include <utility>

#include "tensors.h"

namespace gradclinic::torch {

using ::torch::autograd::Node;
using ::torch::autograd::variable_list;

namespace {

/// "aten::relu_" is "relu".
std::string_view base_name(const char* name) {
  std::string_view base = name;
  if (const std::size_t colons = base.find("::"); colons != std::string_view::npos) base.remove_prefix(colons + 2);
  if (base.ends_with('_')) base.remove_suffix(1);
  return base;
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
  if (!stop_listening(*this)) return;
  signals.clear();
  residual |= std::exchange(residuals, {}).found();
  expected = std::max(expected, order.size());
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

std::unique_ptr<OperationContext> OpWatch::State::before(const at::RecordFunction& function) {
  if (!looking) return nullptr;
  const std::string_view name = base_name(function.name());
  const Operation& operation = operation_named(name);
  if (operation.role == Role::other && !learns()) return nullptr;
  // In an interpreter these are its whole stack, the operation's own on top.
  const c10::ArrayRef<const c10::IValue> stack = function.inputs();
  const c10::ArrayRef<const c10::IValue> inputs =
      stack.slice(stack.size() - std::min(stack.size(), function.num_inputs()));
  auto context = std::make_unique<OperationContext>(OperationContext{.state = this, .operation = &operation});
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
      // The forward pass is over, and the operations of the backward pass are many.
      if (!learns() && order.size() == expected) leave();
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

void OpWatch::State::before_multiply(OperationContext& context, c10::ArrayRef<const c10::IValue> inputs,
                                     std::string_view name) {
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

void OpWatch::State::after(const OperationContext& context, const at::Tensor& output) {
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

}  // namespace gradclinic::torch
