#pragma once

#include <ATen/Tensor.h>
#include <pybind11/pybind11.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "../core/calls.h"

namespace gradclinic::python {

/// Shows a run the weights and gradients of a model's parameters, as weights.py does. Whatever cannot be read as it is
/// makes a call do nothing, and return that it did not.
class Weights {
 public:
  /// `modules`: for each parameter those whose weights it is.
  Weights(const CoreCalls& calls, const pybind11::object& run, std::vector<at::Tensor> parameters,
          std::vector<std::vector<int>> modules);

  /// After a backward pass: the norm of all gradients.
  std::optional<double> see_gradients();
  /// The norm of the gradients if they have been changed since; NaN if not.
  std::optional<double> norm_if_changed();
  bool keep();
  bool see();

 private:
  struct Gradient {
    const float* data;
    std::int64_t size;
    std::size_t parameter;
  };
  std::optional<std::vector<Gradient>> gradients(std::vector<std::uint32_t>& versions) const;
  std::optional<std::vector<const float*>> weights() const;
  bool show(decltype(CoreCalls::keep) call) const;

  const CoreCalls& calls_;
  pybind11::object run_;
  void* run_address_;
  std::vector<at::Tensor> parameters_;
  std::vector<std::vector<int>> modules_;
  std::vector<std::uint32_t> versions_;
};

}  // namespace gradclinic::python
