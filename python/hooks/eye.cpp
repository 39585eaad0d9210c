#include "eye.h"

#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/function_hook.h>
#include <torch/csrc/autograd/python_variable.h>
#include <torch/csrc/autograd/variable.h>

#include <exception>
#include <utility>

#include "floats.h"

namespace py = pybind11;

namespace gradclinic::python {
namespace {

/// Python's lock, whether it is held already or not.
class Lock {
 public:
  Lock() : state_(PyGILState_Ensure()) {}
  ~Lock() { PyGILState_Release(state_); }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  PyGILState_STATE state_;
};

py::object wrapped(const at::Tensor& tensor) { return py::reinterpret_steal<py::object>(THPVariable_Wrap(tensor)); }

/// Sees the gradient that comes to a node's output of that number.
class GradientHook : public torch::autograd::FunctionPostHook {
 public:
  GradientHook(std::shared_ptr<Eye> eye, int quantity, int module, std::uint32_t output, bool channels_first)
      : eye_(std::move(eye)), quantity_(quantity), module_(module), output_(output), channels_first_(channels_first) {}

  torch::autograd::variable_list operator()(const torch::autograd::variable_list& outputs,
                                            const torch::autograd::variable_list& inputs) override {
    if (output_ < inputs.size()) eye_->saw_gradient(quantity_, module_, inputs[output_], channels_first_);
    return outputs;
  }

 private:
  std::shared_ptr<Eye> eye_;
  int quantity_;
  int module_;
  std::uint32_t output_;
  bool channels_first_;
};

}  // namespace

Eye::Eye(const CoreCalls& calls, const EyeQuantities& quantities, const py::object& lens, const py::object& run,
         int modules)
    : calls_(calls),
      quantities_(quantities),
      lens_(py::module_::import("weakref").attr("ref")(lens)),
      run_(run),
      run_address_(reinterpret_cast<void*>(run.attr("address").cast<std::uintptr_t>())),
      last_output_(c10::intrusive_ptr<at::TensorImpl>()),
      called_(static_cast<std::size_t>(modules)) {
  for (auto& arrived : arrived_) arrived.resize(called_.size());
}

Eye::~Eye() {
  if (!Py_IsInitialized()) {
    (void)lens_.release();
    (void)run_.release();
    return;
  }
  const Lock lock;  // the last to hold it may be a graph that is freed without
  lens_ = run_ = py::object();
}

py::object Eye::lens() const { return lens_(); }

void Eye::look(bool surveys) {
  looking = true;
  surveys_ = surveys;
  queued = false;
  last_ = -1;
  last_output_.reset();
  last_address = 0;
  awaited_ = {};
  called_.assign(called_.size(), false);
  for (auto& arrived : arrived_) arrived.assign(arrived.size(), false);
}

bool Eye::begins(int module) {
  if (!looking || !at::GradMode::is_enabled() || was_called(module)) return false;
  settle();
  called_[static_cast<std::size_t>(module)] = true;
  return true;
}

void Eye::see(int quantity, int module, const at::Tensor& tensor, bool channels_first) {
  const float* const floats = floats_of(tensor);
  if (!floats) {
    lens().attr("see_copy")(quantity, module, wrapped(tensor), channels_first);
    return;
  }
  const auto sizes = tensor.sizes();
  if (!calls_.see(run_address_, quantity, module, floats, sizes.data(), static_cast<int>(sizes.size()), channels_first))
    throw py::error_already_set();
}

void Eye::see_activation(int module, const at::Tensor& tensor, bool channels_first) {
  see(quantities_.activation, module, tensor, channels_first);
  watch_gradient(quantities_.activation_grad, module, tensor, channels_first);
  if (surveys_) lens().attr("survey")(module, wrapped(tensor), channels_first);
}

void Eye::saw_output(int module, const at::Tensor& tensor, bool channels_first, bool norm_follows) {
  if (norm_follows)
    awaited_ = {module, tensor, channels_first};
  else
    see(quantities_.pre_activation, module, tensor, channels_first);
  watch_gradient(quantities_.pre_activation_grad, module, tensor, channels_first);
  last_ = module;
  last_output_ = c10::weak_intrusive_ptr<at::TensorImpl>(tensor.getIntrusivePtr());
  last_address = reinterpret_cast<std::uintptr_t>(tensor.has_storage() ? memory_of(tensor) : nullptr);
}

void Eye::saw_norm(int module, const at::Tensor& tensor, bool channels_first) {
  awaited_ = {};
  saw_output(module, tensor, channels_first, false);
}

void Eye::settle() {
  const Awaited awaited = std::exchange(awaited_, {});
  if (awaited.module >= 0) see(quantities_.pre_activation, awaited.module, awaited.tensor, awaited.channels_first);
}

void Eye::watch_gradient(int quantity, int module, const at::Tensor& tensor, bool channels_first) {
  const auto& node = tensor.grad_fn();
  if (node)
    node->add_post_hook(
        std::make_unique<GradientHook>(shared_from_this(), quantity, module, tensor.output_nr(), channels_first));
}

void Eye::saw_gradient(int quantity, int module, const at::Tensor& gradient, bool channels_first) noexcept {
  const Lock lock;
  if (!looking) return;
  try {
    const py::object lens = this->lens();
    if (lens.is_none()) return;
    if (!queued) {
      queued = true;
      lens.attr("backward_begins")();
    }
    auto arrived = arrived_[quantity == quantities_.activation_grad ? 1 : 0].at(static_cast<std::size_t>(module));
    if (!gradient.defined() || arrived) return;
    arrived = true;
    see(quantity, module, gradient, channels_first);
  } catch (...) {
    give_up("gradient_hook");
  }
}

void Eye::give_up(const char* where) noexcept {
  try {
    try {
      throw;
    } catch (py::error_already_set& error) {
      lens().attr("give_up")(where, error.value());
    } catch (const std::exception& error) {
      lens().attr("give_up")(where, py::handle(PyExc_RuntimeError)(error.what()));
    }
  } catch (...) {
    looking = false;
    PyErr_Clear();
  }
}

}  // namespace gradclinic::python
