#pragma once

#include <ATen/ATen.h>
#include <ATen/record_function.h>

#include <algorithm>
#include <unordered_map>

#include "op_watch.h"
#include "operations.h"
#include "residuals.h"

namespace gradclinic::torch {

/// What an operation under way will have done, for one watch.
struct OperationContext {
  OpWatch::State* state = nullptr;
  const Operation* operation = nullptr;
  int layer = -1;
  std::string activation;
  bool is_bias = false;  // add: of a bias to its layer's product
  std::vector<c10::TensorImpl*> inputs;
};

/// What a watch knows, and what it does before and after each operation of a pass.
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
  std::unique_ptr<OperationContext> before(const at::RecordFunction& function);
  void before_multiply(OperationContext& context, c10::ArrayRef<const c10::IValue> inputs, std::string_view name);
  void after(const OperationContext& context, const at::Tensor& output);

  /// Operations are looked at no longer. Not for the backward pass, whose end brings callbacks back that it found.
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
  std::size_t expected = 0;  // layers in the order of a whole pass
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

/// From now on the state is told of this thread's operations, outermost ones only, and not of those without gradients.
void start_listening(OpWatch::State& state);
/// Whether it was told so far.
bool stop_listening(OpWatch::State& state);

}  // namespace gradclinic::torch
