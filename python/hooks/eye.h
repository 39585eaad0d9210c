#pragma once

#include <ATen/Tensor.h>
#include <pybind11/pybind11.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "../core/calls.h"

namespace gradclinic::python {

/// Numbers of the core's quantities that an eye sees.
struct EyeQuantities {
  int pre_activation = 0;
  int activation = 0;
  int pre_activation_grad = 0;
  int activation_grad = 0;
};

/// As the class Eye of eye.py. Hooks on the nodes of a graph share it and may outlive the lens, which it refers to
/// weakly. All of it runs under Python's lock.
class Eye : public std::enable_shared_from_this<Eye> {
 public:
  Eye(const CoreCalls& calls, const EyeQuantities& quantities, const pybind11::object& lens,
      const pybind11::object& run, int modules);
  ~Eye();
  Eye(const Eye&) = delete;
  Eye& operator=(const Eye&) = delete;

  void look(bool surveys);
  bool begins(int module);
  bool was_called(int module) const { return called_.at(static_cast<std::size_t>(module)); }
  void see(int quantity, int module, const at::Tensor& tensor, bool channels_first);
  void see_activation(int module, const at::Tensor& tensor, bool channels_first);
  void saw_output(int module, const at::Tensor& tensor, bool channels_first, bool norm_follows);
  void saw_norm(int module, const at::Tensor& tensor, bool channels_first);
  void settle();
  void watch_gradient(int quantity, int module, const at::Tensor& tensor, bool channels_first);
  /// The module whose output was seen last; -1 once that is freed, as another tensor may have its address then.
  int last() const { return last_output_.expired() ? -1 : last_; }
  void forget_last() { last_ = -1; }
  /// From a node's hook, with or without Python's lock: raises nothing.
  void saw_gradient(int quantity, int module, const at::Tensor& gradient, bool channels_first) noexcept;
  /// The lens gives up watching for the exception that is being handled.
  void give_up(const char* where) noexcept;

  bool looking = false;
  bool queued = false;  ///< whether the end of this backward pass will be told to the lens
  std::uintptr_t last_address = 0;

 private:
  pybind11::object lens() const;

  /// An output that was not seen, as that of the norm behind it will be.
  struct Awaited {
    int module = -1;
    at::Tensor tensor;
    bool channels_first = false;
  };

  const CoreCalls& calls_;
  EyeQuantities quantities_;
  pybind11::object lens_;
  pybind11::object run_;
  void* run_address_;
  bool surveys_ = false;
  int last_ = -1;
  c10::weak_intrusive_ptr<at::TensorImpl> last_output_;
  std::vector<bool> called_;
  std::vector<bool> arrived_[2];  ///< gradients, of pre-activations and of activations
  Awaited awaited_;
};

}  // namespace gradclinic::python
