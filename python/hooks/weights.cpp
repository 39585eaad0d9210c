#include "weights.h"

#include <cmath>
#include <limits>

#include "floats.h"

namespace py = pybind11;

namespace gradclinic::python {

Weights::Weights(const CoreCalls& calls, const py::object& run, std::vector<at::Tensor> parameters,
                 std::vector<std::vector<int>> modules)
    : calls_(calls),
      run_(run),
      run_address_(reinterpret_cast<void*>(run.attr("address").cast<std::uintptr_t>())),
      parameters_(std::move(parameters)),
      modules_(std::move(modules)) {}

std::optional<std::vector<Weights::Gradient>> Weights::gradients(std::vector<std::uint32_t>& versions) const {
  std::vector<Gradient> all;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const at::Tensor& gradient = parameters_[i].grad();
    if (!gradient.defined()) continue;
    const float* const data = floats_of(gradient);
    if (!data && gradient.numel() > 0) return std::nullopt;
    all.push_back({data, gradient.numel(), i});
    versions.push_back(static_cast<std::uint32_t>(gradient._version()));
  }
  return all;
}

std::optional<double> Weights::see_gradients() {
  versions_.clear();
  const auto all = gradients(versions_);
  if (!all) return std::nullopt;
  double squares = 0;
  for (const Gradient& each : *all) {
    const std::vector<int>& modules = modules_[each.parameter];
    const double norm =
        calls_.see_gradient(run_address_, modules.data(), static_cast<int>(modules.size()), each.data, each.size);
    squares += norm * norm;
  }
  // Weights that learn but got no gradient: what they compute does not reach the loss.
  static constexpr float kNothing = 0;
  for (std::size_t i = 0; i < parameters_.size(); ++i)
    if (parameters_[i].requires_grad() && !parameters_[i].grad().defined())
      calls_.see_gradient(run_address_, modules_[i].data(), static_cast<int>(modules_[i].size()), &kNothing, 1);
  return std::sqrt(squares);
}

std::optional<double> Weights::norm_if_changed() {
  std::vector<std::uint32_t> versions;
  const auto all = gradients(versions);
  if (!all) return std::nullopt;
  if (versions == versions_) return std::numeric_limits<double>::quiet_NaN();
  double squares = 0;
  for (const Gradient& each : *all) {
    const double norm = calls_.see_gradient(run_address_, nullptr, 0, each.data, each.size);
    squares += norm * norm;
  }
  return std::sqrt(squares);
}

std::optional<std::vector<const float*>> Weights::weights() const {
  std::vector<const float*> all(parameters_.size());
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    if (modules_[i].empty()) continue;
    all[i] = floats_of(parameters_[i]);
    if (!all[i]) return std::nullopt;
  }
  return all;
}

bool Weights::show(decltype(CoreCalls::keep) call) const {
  const auto all = weights();
  if (!all) return false;
  for (std::size_t i = 0; i < all->size(); ++i)
    for (const int module : modules_[i]) call(run_address_, module, (*all)[i], parameters_[i].numel());
  return true;
}

bool Weights::keep() { return show(calls_.keep); }

bool Weights::see() { return show(calls_.see_weights); }

}  // namespace gradclinic::python
