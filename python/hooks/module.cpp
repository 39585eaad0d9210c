// The hooks of a step that is looked at, for the version of PyTorch that this was compiled with.
#include <pybind11/stl.h>
#include <torch/csrc/utils/pybind.h>
#include <torch/version.h>

#include <string>

#include "layer_hook.h"
#include "weights.h"

namespace py = pybind11;

namespace gradclinic::python {
namespace {

/// Major and minor version.
std::string series_of(const std::string& version) {
  return version.substr(0, version.find('.', version.find('.') + 1));
}

}  // namespace

PYBIND11_MODULE(hooks, module) {
  const auto version = py::str(py::module_::import("torch").attr("__version__")).cast<std::string>();
  if (series_of(version) != series_of(TORCH_VERSION))
    throw py::import_error("built for PyTorch " TORCH_VERSION ", not for " + version);
  const py::object core = py::module_::import("gradclinic.core");
  const auto* const calls = static_cast<const CoreCalls*>(PyCapsule_GetPointer(core.attr("CALLS").ptr(), kCallsName));
  if (!calls) throw py::error_already_set();
  const py::object numbers = core.attr("QUANTITIES");
  const auto number = [&](const char* name) { return numbers[name].cast<int>(); };
  const EyeQuantities quantities{number("pre_activation"), number("activation"), number("pre_activation_grad"),
                                 number("activation_grad")};
  make_layer_hook_type();

  py::class_<Eye, std::shared_ptr<Eye>>(module, "Eye")
      .def(py::init([calls, quantities](const py::object& lens, const py::object& run, int modules) {
        return std::make_shared<Eye>(*calls, quantities, lens, run, modules);
      }))
      .def_readwrite("looking", &Eye::looking)
      .def_readwrite("queued", &Eye::queued)
      .def_property_readonly("last", &Eye::last)
      .def_readonly("last_address", &Eye::last_address)
      .def("look", &Eye::look)
      .def("forget_last", &Eye::forget_last)
      .def("begins", &Eye::begins)
      .def("was_called", &Eye::was_called)
      .def("settle", &Eye::settle)
      .def("see_activation", &Eye::see_activation)
      .def("saw_output", &Eye::saw_output)
      .def("saw_norm", &Eye::saw_norm)
      .def("layer_hook", &make_layer_hook);

  py::class_<Weights>(module, "Weights")
      .def(py::init(
          [calls](const py::object& run, std::vector<at::Tensor> parameters, std::vector<std::vector<int>> modules) {
            return Weights(*calls, run, std::move(parameters), std::move(modules));
          }))
      .def("see_gradients", &Weights::see_gradients)
      .def("norm_if_changed", &Weights::norm_if_changed)
      .def("keep", &Weights::keep)
      .def("see", &Weights::see);
}

}  // namespace gradclinic::python
