#pragma once

#include <pybind11/pybind11.h>

namespace gradclinic::python {

/// Adds to the module what is called for every tensor of a step, by Python's fastest call, with the tensor itself:
/// `see`, `see_flat`, `keep`, `see_update`, `norm_of`. Each returns False (None: norm_of) and does nothing where a
/// tensor is not float, contiguous and in the processor's memory; the caller makes a copy that is. Runs come as
/// OutsideRun.address.
void add_tensor_calls(pybind11::module_& module);

}  // namespace gradclinic::python
