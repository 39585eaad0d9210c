// Operations as LibTorch tells of them, by thread-local callbacks.
#include "op_state.h"

namespace gradclinic::torch {
namespace {

struct Contexts : at::ObserverContext {
  std::vector<std::unique_ptr<OperationContext>> each;
};

// The watches that look at this thread, and how many operations enclose the one under way.
thread_local std::vector<OpWatch::State*> active;
thread_local int depth = 0;
thread_local at::CallbackHandle handle = 0;

std::unique_ptr<at::ObserverContext> operation_starts(const at::RecordFunction& function) {
  if (depth++ > 0 || !at::GradMode::is_enabled() || function.scope() != at::RecordScope::FUNCTION) return nullptr;
  auto contexts = std::make_unique<Contexts>();
  const at::NoGradGuard no_gradients;
  const std::vector<OpWatch::State*> listening = active;  // which may leave
  for (OpWatch::State* state : listening)
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

}  // namespace

void start_listening(OpWatch::State& state) {
  active.push_back(&state);
  if (active.size() > 1) return;
  depth = 0;
  handle = at::addThreadLocalCallback(at::RecordFunctionCallback(&operation_starts, &operation_ends)
                                          .needsInputs(true)
                                          .needsOutputs(true)
                                          .scopes({at::RecordScope::FUNCTION, at::RecordScope::BACKWARD_FUNCTION}));
}

bool stop_listening(OpWatch::State& state) {
  if (std::erase(active, &state) == 0) return false;
  if (active.empty()) at::removeCallback(handle);
  return true;
}

}  // namespace gradclinic::torch
